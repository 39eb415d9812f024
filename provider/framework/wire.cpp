#include "provider/framework/wire.h"

#include "engine/base/json.h"
#include "provider/framework/msgpack.h"

namespace microstack::terraform::wire {

Result<Value> read(const tfplugin6::DynamicValue& message, const Type& type) {
  if (!message.msgpack().empty()) return from_msgpack(message.msgpack(), type);
  if (message.json().empty()) return Value::null();
  MS_TRY(auto raw, parse_json(message.json()));
  return fit(std::move(raw), type);
}

void write(const Value& value, tfplugin6::DynamicValue* message) {
  append_msgpack(value, *message->mutable_msgpack());
}

void write(const Path& path, tfplugin6::AttributePath* message) {
  for (const auto& step : path.steps()) {
    auto out = message->add_steps();
    if (auto attribute = std::get_if<Path::Attribute>(&step)) {
      out->set_attribute_name(attribute->name);
    } else if (auto key = std::get_if<Path::Key>(&step)) {
      out->set_element_key_string(key->key);
    } else {
      out->set_element_key_int(std::get<std::int64_t>(step));
    }
  }
}

namespace {

// Protobuf refuses a string that is not UTF-8, and with it the whole answer.
std::string valid(const std::string& text) {
  return conforms(Value::string(text), Type::string())
             ? text
             : Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace))
                   .get<std::string>();
}

void write(const Attribute& a, tfplugin6::Schema::Attribute* out);

void write_nested(const Attribute& a, tfplugin6::Schema::Object* out) {
  using Object = tfplugin6::Schema::Object;
  switch (a.nesting) {
    case Nesting::list:
      out->set_nesting(Object::LIST);
      break;
    case Nesting::set:
      out->set_nesting(Object::SET);
      break;
    case Nesting::map:
      out->set_nesting(Object::MAP);
      break;
    default:
      out->set_nesting(Object::SINGLE);
  }
  for (const auto& child : a.children) write(child, out->add_attributes());
}

void write(const Attribute& a, tfplugin6::Schema::Attribute* out) {
  out->set_name(a.name);
  if (a.nesting == Nesting::none) {
    out->set_type(a.type.json());
  } else {
    write_nested(a, out->mutable_nested_type());
  }
  out->set_description(a.description);
  out->set_description_kind(tfplugin6::MARKDOWN);
  out->set_required(a.required);
  out->set_optional(a.optional);
  out->set_computed(a.computed);
  out->set_sensitive(a.sensitive);
  out->set_write_only(a.write_only);
  out->set_deprecated(!a.deprecated.empty());
  out->set_deprecation_message(a.deprecated);
}

void write(const Parameter& parameter, tfplugin6::Function::Parameter* out) {
  out->set_name(parameter.name);
  out->set_type(parameter.type.json());
  out->set_allow_null_value(parameter.null_allowed);
  out->set_description(parameter.description);
  out->set_description_kind(tfplugin6::MARKDOWN);
}

}  // namespace

void write(const Diagnostic& diagnostic, tfplugin6::Diagnostic* out) {
  out->set_severity(diagnostic.severity == Diagnostic::Severity::error ? tfplugin6::Diagnostic::ERROR
                                                                       : tfplugin6::Diagnostic::WARNING);
  out->set_summary(valid(diagnostic.summary));
  out->set_detail(valid(diagnostic.detail));
  if (!diagnostic.path.empty()) write(diagnostic.path, out->mutable_attribute());
}

void write(const Diagnostics& diagnostics, google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>* out) {
  for (const auto& diagnostic : diagnostics.all()) write(diagnostic, out->Add());
}

Private read_private(const std::string& bytes) {
  Private out;
  Json tree = Json::parse(bytes, nullptr, false);
  if (!tree.is_object()) return out;
  for (const auto& [key, value] : tree.items()) {
    if (value.is_string()) out[key] = value.get<std::string>();
  }
  return out;
}

std::string write_private(const Private& saved) {
  return saved.empty() ? std::string() : Json(saved).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void write(const Schema& schema, std::int64_t version, tfplugin6::Schema* out) {
  out->set_version(version);
  auto block = out->mutable_block();
  block->set_version(version);
  block->set_description(schema.description);
  block->set_description_kind(tfplugin6::MARKDOWN);
  block->set_deprecated(!schema.deprecated.empty());
  block->set_deprecation_message(schema.deprecated);
  for (const auto& attribute : schema.attributes) {
    if (!attribute.block) {
      write(attribute, block->add_attributes());
      continue;
    }
    auto nested = block->add_block_types();
    nested->set_type_name(attribute.name);
    nested->set_nesting(tfplugin6::Schema::NestedBlock::SINGLE);
    nested->mutable_block()->set_description(attribute.description);
    nested->mutable_block()->set_description_kind(tfplugin6::MARKDOWN);
    for (const auto& child : attribute.children) write(child, nested->mutable_block()->add_attributes());
  }
}

void write_identity(const Schema& schema, tfplugin6::ResourceIdentitySchema* out) {
  out->set_version(0);
  for (const auto& a : schema.attributes) {
    if (!a.identity) continue;
    auto attribute = out->add_identity_attributes();
    attribute->set_name(a.name);
    attribute->set_type(a.type.json());
    attribute->set_required_for_import(true);
    attribute->set_description(a.description);
  }
}

void write(const Function& function, tfplugin6::Function* out) {
  for (const auto& parameter : function.parameters) write(parameter, out->add_parameters());
  if (function.variadic) write(*function.variadic, out->mutable_variadic_parameter());
  out->mutable_return_()->set_type(function.result.json());
  out->set_summary(function.summary);
  out->set_description(function.description);
  out->set_description_kind(tfplugin6::MARKDOWN);
  out->set_deprecation_message(function.deprecated);
}

}  // namespace microstack::terraform::wire
