// The provider's resources over a small hypervisor and a small OpenStack, asked as Terraform asks.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "engine/base/file.h"
#include "engine/cloud/cloud.h"
#include "provider/framework/msgpack.h"
#include "provider/framework/operations.h"
#include "provider/resources/cluster.h"
#include "tests/support/openstack_world/openstack_world.h"
#include "tests/support/temporary_folder.h"

namespace microstack::provider {

using namespace terraform;

// HOME and the hypervisor are the test's own.
class Stage {
 public:
  Stage() {
    ::setenv("HOME", folder.c_str(), 1);
    ::setenv("MICROSTACK_STATE", (folder + "/state").c_str(), 1);
    ::setenv("MICROSTACK_HYPERVISOR", FAKE_HYPERVISOR, 1);
    std::filesystem::create_directories(folder + "/state/secrets/keystone");
    REQUIRE(write_file(folder + "/state/secrets/keystone/admin", openstack.admin().password.reveal(), 0600));
    world["facts"] = {
        {"cluster", {{"name", "demo"}, {"release", "2025.1"}, {"region", openstack.admin().region}}},
        {"control", {{"api_address", "127.0.0.1"}}},
        {"urls", {{"identity", openstack.auth_url()}, {"dashboard", "https://127.0.0.1"}}},
        {"catalogue_version", "c1"},
        {"ca", "an authority"}};
    tell();
  }

  // Makes the hypervisor say what `world` says now.
  void tell() { std::ofstream(folder + "/state/world.json") << world.dump(); }
  // What a process has looked at it does not look at again; this is the next one.
  void begin_anew() {
    clouds.forget("demo");
    REQUIRE(clouds.of("demo", {.kind = Place::Kind::local}));
  }
  int calls(const std::string& verb) const {
    std::ifstream in(folder + "/state/calls.txt");
    int count = 0;
    for (std::string line; std::getline(in, line);) count += line == verb;
    return count;
  }
  Json file(const std::string& name) const {
    const auto text = read_file(folder + "/state/" + name);
    REQUIRE(text);
    return *text ? Json::parse(**text) : Json();
  }

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

  // A cluster on this very host, with what is set besides.
  Json local(Json set = Json::object()) const {
    set["name"] = "demo";
    set["first_node"] = {{"local", {{"address", "127.0.0.1"}}}};
    return set;
  }
  std::string made_cluster() {
    const auto state = apply(*cluster, {}, config(*cluster, local()));
    INFO(error());
    REQUIRE_FALSE(state.is_null());
    return state.find("id")->as_string();
  }

  testing::TemporaryFolder temporary;
  const std::string folder = temporary.path;
  testing::OpenStackWorld openstack;
  Json world = Json::object();
  Clouds clouds{Catalogue::load_embedded().value()};
  std::unique_ptr<AnyResource> cluster = cluster_resource(clouds);
  Diagnostics said;
  Private saved;
};

}  // namespace microstack::provider
