#include "provider/framework/operations.h"

#include <algorithm>

#include "engine/base/duration.h"
#include "provider/framework/msgpack.h"

namespace microstack::terraform {
namespace {

void blame(Call& call, const std::vector<Broken>& broken, const char* method) {
  for (const auto& one : broken) {
    std::string attribute = one.path.empty() ? "the object" : one.path.text();
    call.error("A bug in the provider: " + call.name() + " broke a promise",
               attribute + " " + one.what + ". This is what " + method +
                   " of the provider returned; report it to the provider's authors, it is no fault of the "
                   "configuration.",
               one.path);
  }
}

// Sets the call's time limit from the block `timeouts` and the schema's defaults.
void set_limit(const Schema& schema, const Value& object, const char* operation, Call& call) {
  auto block = schema.find("timeouts");
  if (!block || !block->block) return;
  const auto& limits = block->limits;
  std::string_view name = operation;
  auto limit = name == "create"   ? limits.create
               : name == "read"   ? limits.read
               : name == "update" ? limits.update
                                  : limits.remove;
  std::optional<std::chrono::nanoseconds> chosen = limit;
  auto set = object.find("timeouts");
  if (auto one = set ? set->find(operation) : nullptr; one && one->kind() == Value::Kind::string) {
    if (auto parsed = parse_duration(one->as_string())) chosen = *parsed;
  }
  if (chosen) call.limit(*chosen, "timeouts." + std::string(operation));
}

// A plan leaves a value unknown; has the author put something in its place?
bool filled_in(const Value& planned, const Value& state) {
  if (planned.is_unknown()) return state.is_known();
  if (planned.kind() != state.kind()) return false;
  if (planned.kind() == Value::Kind::object) {
    for (std::size_t i = 0; i < planned.members().size(); ++i) {
      if (filled_in(planned.members()[i].value, state.members()[i].value)) return true;
    }
  }
  return false;
}

// What a failed create or update leaves in the state.
Value remains(AnyResource& resource, Value state, Call& call) {
  drop_unknown(state);
  auto broken = broken_by_state(resource.schema(), state);
  if (broken.empty()) return state;
  blame(call, broken, "create");
  return Value::null();
}

Value create(AnyResource& resource, const Value& planned, const Value& config, Call& call) {
  const Schema& schema = resource.schema();
  set_limit(schema, planned, "create", call);
  Value state = planned;
  add_write_only(schema.attributes, config, state);
  auto status = guarded(call, [&] { return resource.create_values(state, call); });
  drop_write_only(schema.attributes, state);
  settle_numbers(planned, state);
  bool resumes = resource.resumable() && !call.keeps_state();
  if (!status) {
    Error error = std::move(status).error();
    if (resumes)
      error.fix += std::string(error.fix.empty() ? "" : ". ") +
                   "What was made so far is kept: `terraform apply` goes on from there";
    report(call, std::move(error), &schema);
  }
  if (call.diagnostics().has_error()) {
    bool exists = call.keeps_state() || (!resumes && filled_in(planned, state));
    return exists ? remains(resource, std::move(state), call) : Value::null();
  }
  auto broken = broken_by_state(schema, state);
  if (broken.empty()) broken = broken_by_result(schema, planned, state);
  if (!broken.empty()) {
    blame(call, broken, "create");
    drop_unknown(state);
    return conforms(state, schema.type) ? state : Value::null();
  }
  return state;
}

Value update(AnyResource& resource, const Value& prior, const Value& planned, const Value& config,
             Call& call) {
  const Schema& schema = resource.schema();
  set_limit(schema, planned, "update", call);
  Value state = planned;
  add_write_only(schema.attributes, config, state);
  auto status = guarded(call, [&] { return resource.update_values(prior, state, call); });
  drop_write_only(schema.attributes, state);
  settle_numbers(planned, state);
  if (!status) report(call, std::move(status).error(), &schema);
  if (call.diagnostics().has_error()) {
    if (!call.keeps_state()) return prior;
    Value left = remains(resource, std::move(state), call);
    return left.is_null() ? prior : left;
  }
  auto broken = broken_by_state(schema, state);
  if (broken.empty()) broken = broken_by_result(schema, planned, state);
  if (broken.empty()) return state;
  blame(call, broken, "update");
  drop_unknown(state);
  return conforms(state, schema.type) ? state : prior;
}

Value remove(AnyResource& resource, const Value& prior, Call& call) {
  set_limit(resource.schema(), prior, "delete", call);
  auto status = guarded(call, [&] { return resource.remove_values(prior, call); });
  if (!status) report(call, std::move(status).error(), &resource.schema());
  return call.diagnostics().has_error() ? prior : Value::null();
}

// A fresh object of the schema with the values of an identity in it.
Value object_with(const Schema& schema, const Value& identity) {
  Value out = empty_object(schema.type);
  if (identity.kind() != Value::Kind::object) return out;
  for (const auto& member : identity.members()) {
    if (out.find(member.name)) out.set_member(member.name, member.value);
  }
  return out;
}

}  // namespace

void report(Call& call, Error error, const Schema* schema) {
  if (auto why = call.why(); !why.empty()) {
    error.where += std::string(error.where.empty() ? "" : "; ") + why;
  }
  call.diagnostics().add(error, schema);
}

void validate_config(Described& thing, const Value& config, Call& call) {
  validate(thing.schema(), config, call.diagnostics());
  if (call.diagnostics().has_error()) return;
  auto status = guarded(call, [&] { return thing.validate_values(config, call); });
  if (!status) report(call, std::move(status).error(), &thing.schema());
}

Value read_resource(AnyResource& resource, const Value& state, Call& call) {
  const Schema& schema = resource.schema();
  set_limit(schema, state, "read", call);
  Value now = state;
  auto found = guarded(call, [&] { return resource.read_values(now, call); });
  if (!found) {
    report(call, std::move(found).error(), &schema);
    return state;
  }
  if (*found == Found::no) return Value::null();
  drop_write_only(schema.attributes, now);
  settle_numbers(state, now);
  auto broken = broken_by_state(schema, now);
  if (broken.empty()) return now;
  blame(call, broken, "read");
  return state;
}

PlannedChange plan_resource(AnyResource& resource, const Value& prior, const Value& config, Value proposed,
                            Call& call) {
  const Schema& schema = resource.schema();
  if (proposed.is_null()) {
    auto status = guarded(call, [&] { return resource.plan_removal_values(prior, call); });
    if (!status) report(call, std::move(status).error(), &schema);
    return {};
  }
  PlannedChange out;
  out.state = expected_state(schema, prior, config, std::move(proposed));
  Value before = out.state;
  std::vector<Path> wanted;
  auto status = guarded(call, [&] { return resource.plan_values(prior, config, out.state, wanted, call); });
  if (!status) {
    report(call, std::move(status).error(), &schema);
    return out;
  }
  // A model may hold less than a value does (an unknown element, the digits of a number): what the author did
  // not change stays the very value it was.
  Value unchanged = before;
  auto again = guarded(call, [&] { return resource.same_values(unchanged); });
  if (again && before.kind() == Value::Kind::object && out.state.kind() == Value::Kind::object &&
      out.state.members().size() == before.members().size()) {
    for (std::size_t i = 0; i < before.members().size(); ++i) {
      if (out.state.members()[i].value == unchanged.members()[i].value)
        out.state.members()[i].value = before.members()[i].value;
    }
  }
  drop_write_only(schema.attributes, out.state);
  auto broken = broken_by_state(schema, out.state, false);
  if (broken.empty()) broken = broken_by_plan(schema, prior, config, out.state);
  blame(call, broken, "plan");
  if (prior.is_null()) return out;
  out.replace = replacing(schema, prior, config, out.state);
  for (auto& path : wanted) {
    if (std::find(out.replace.begin(), out.replace.end(), path) == out.replace.end())
      out.replace.push_back(std::move(path));
  }
  return out;
}

Value apply_resource(AnyResource& resource, const Value& prior, const Value& planned, const Value& config,
                     Call& call) {
  if (planned.is_null()) return remove(resource, prior, call);
  return prior.is_null() ? create(resource, planned, config, call)
                         : update(resource, prior, planned, config, call);
}

Value upgrade_resource(AnyResource& resource, std::int64_t from, std::string_view json, Call& call) {
  const Schema& schema = resource.schema();
  auto upgraded = guarded(call, [&]() -> Result<Value> {
    MS_TRY(auto raw, parse_json(json));
    if (from != resource.version()) MS_CHECK(resource.upgrade(from, raw, call));
    return fit(std::move(raw), schema.type);
  });
  if (!upgraded) {
    report(call, doing("reading a saved state of " + call.name(), std::move(upgraded).error()), &schema);
    return Value::null();
  }
  drop_write_only(schema.attributes, *upgraded);
  return std::move(*upgraded);
}

Value import_resource(AnyResource& resource, const ImportRequest& from, const Value& identity, Call& call) {
  const Schema& schema = resource.schema();
  Value state = object_with(schema, identity);
  auto status = guarded(call, [&] { return resource.import_values(from, state, call); });
  if (!status) {
    report(call, std::move(status).error(), &schema);
    return Value::null();
  }
  blame(call, broken_by_state(schema, state), "import");
  return state;
}

Value move_resource(AnyResource& resource, const MovedFrom& from, Call& call) {
  const Schema& schema = resource.schema();
  Value state = empty_object(schema.type);
  auto moved = guarded(call, [&] { return resource.move_values(from, state, call); });
  if (!moved) {
    report(call, std::move(moved).error(), &schema);
    return Value::null();
  }
  if (!*moved) {
    call.error("A resource of this type cannot be moved here",
               from.type + " of " + from.provider +
                   " cannot become this resource: remove the `moved` block, and import the object instead.");
    return Value::null();
  }
  blame(call, broken_by_state(schema, state), "moved");
  return state;
}

Value read_data_source(AnyDataSource& source, const Value& config, Call& call) {
  const Schema& schema = source.schema();
  set_limit(schema, config, "read", call);
  Value state = config;
  for (std::size_t i = 0; i < schema.attributes.size(); ++i) {
    const auto& a = schema.attributes[i];
    if (a.default_value && state.members()[i].value.is_null()) state.members()[i].value = *a.default_value;
  }
  auto status = guarded(call, [&] { return source.read_values(state, call); });
  if (!status) {
    report(call, std::move(status).error(), &schema);
    return Value::null();
  }
  settle_numbers(config, state);
  blame(call, broken_by_state(schema, state), "read");
  return state;
}

Value open_ephemeral(AnyEphemeral& ephemeral, const Value& config, Lease& lease, Call& call) {
  const Schema& schema = ephemeral.schema();
  Value result = config;
  auto status = guarded(call, [&] { return ephemeral.open_values(result, lease, call); });
  if (!status) {
    report(call, std::move(status).error(), &schema);
    return Value::null();
  }
  settle_numbers(config, result);
  auto broken = broken_by_state(schema, result);
  if (broken.empty()) broken = broken_by_plan(schema, Value::null(), config, result);
  blame(call, broken, "open");
  return result;
}

Value config_of(const Schema& schema, Value state) {
  if (state.kind() != Value::Kind::object) return state;
  for (std::size_t i = 0; i < schema.attributes.size(); ++i) {
    const auto& a = schema.attributes[i];
    Value& value = state.members()[i].value;
    bool set = a.required || a.optional;
    if (!set || (a.default_value && value == *a.default_value) ||
        (a.optional && a.computed && !a.default_value))
      value = Value::null();
  }
  return state;
}

bool has_identity(const Schema& schema) {
  return std::any_of(schema.attributes.begin(), schema.attributes.end(),
                     [](const auto& a) { return a.identity; });
}

Type identity_type(const Schema& schema) {
  std::vector<Type::Attribute> out;
  for (const auto& a : schema.attributes) {
    if (a.identity) out.push_back({a.name, a.type, false});
  }
  return Type::object(std::move(out));
}

Value identity_of(const Schema& schema, const Value& state) {
  if (state.kind() != Value::Kind::object) return Value::null();
  Value::Members out;
  for (std::size_t i = 0; i < schema.attributes.size(); ++i) {
    if (schema.attributes[i].identity) out.push_back(state.members()[i]);
  }
  return Value::object(std::move(out));
}

}  // namespace microstack::terraform
