// Resources asked as Terraform asks them: values in, values out, and what was said.
#pragma once

#include <catch2/catch.hpp>

#include "provider/framework/msgpack.h"
#include "provider/framework/operations.h"

namespace microstack::provider {

using namespace terraform;

class Asking {
 public:
  // A configuration from JSON: all else null.
  static Value config(const Described& thing, const Json& set) {
    auto value = parse_json(set.dump());
    REQUIRE(value);
    auto out = fit(std::move(*value), thing.schema().type);
    REQUIRE(out);
    return *out;
  }
  // What core proposes: configured values, and prior ones of what is computed and not configured.
  static Value proposed(const Schema& schema, const Value& prior, const Value& config) {
    Value out = config;
    for (std::size_t i = 0; i < schema.attributes.size(); ++i)
      if (!prior.is_null() && schema.attributes[i].computed && config.members()[i].value.is_null())
        out.members()[i].value = prior.members()[i].value;
    return out;
  }
  Value plan(AnyResource& resource, const Value& prior, const Value& config) {
    Call call("plan");
    call.saved() = saved;
    auto out = plan_resource(resource, prior, config,
                             config.is_null() ? config : proposed(resource.schema(), prior, config), call);
    said = call.diagnostics();
    return out.state;
  }
  Value apply(AnyResource& resource, const Value& prior, const Value& config) {
    const Value planned = config.is_null() ? config : plan(resource, prior, config);
    Call call("apply");
    call.saved() = saved;
    Value out = apply_resource(resource, prior, planned, config, call);
    said = call.diagnostics();
    saved = call.saved();
    return out;
  }
  void plan_removal(AnyResource& resource, const Value& state) {
    Call call("plan");
    plan_resource(resource, state, {}, {}, call);
    said = call.diagnostics();
    saved = call.saved();
  }
  Value read(AnyResource& resource, const Value& state) {
    Call call("read");
    call.saved() = saved;
    Value out = read_resource(resource, state, call);
    said = call.diagnostics();
    return out;
  }
  Value import(AnyResource& resource, const std::string& id) {
    Call call("import");
    Value out = import_resource(resource, {id, false}, {}, call);
    said = call.diagnostics();
    return said.has_error() ? out : read(resource, out);
  }
  std::string said_as(Diagnostic::Severity severity) const {
    std::string out;
    for (const auto& d : said.all())
      if (d.severity == severity) out += d.path.text() + ": " + d.summary + " | " + d.detail + "\n";
    return out;
  }
  std::string error() const { return said_as(Diagnostic::Severity::error); }
  std::string warning() const { return said_as(Diagnostic::Severity::warning); }

  Diagnostics said;
  Private saved;
};

}  // namespace microstack::provider
