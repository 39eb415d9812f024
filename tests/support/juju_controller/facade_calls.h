// The calls of a controller, on a world: one function a call, found by "Facade.Method".
#pragma once

#include <functional>
#include <map>
#include <string>

#include "tests/support/juju_controller/world.h"

namespace microstack::testing {

struct CallContext {
  World& world;
  Model* model;      // null on the controller's own connection
  std::string user;  // who calls
  int version;       // of the facade
  int major;         // of Juju: 3 or 4
  std::string ca_pem, address;
};

// Answers the call's response or throws ApiError.
using FacadeCall = std::function<Json(CallContext&, const Json& params)>;
using FacadeCalls = std::map<std::string, FacadeCall>;

void add_application_calls(FacadeCalls& calls);
void add_charm_calls(FacadeCalls& calls);  // Charms, Resources
void add_model_calls(
    FacadeCalls& calls);  // ModelManager, ModelConfig, Cloud, Controller, Annotations, Block, UserManager
void add_offer_calls(FacadeCalls& calls);      // ApplicationOffers and what is consumed of them
void add_operation_calls(FacadeCalls& calls);  // Client, Action, Secrets

// {"results": [...]} with one item per argument; an item that throws becomes its error.
Json bulk(const Json& args, const std::function<Json(const Json&)>& each, const char* key = "results");
Json error_json(const ApiError& error);
// What follows "KIND-" in a tag; throws when it is of another kind.
std::string untagged(const Json& tag, const std::string& kind);
std::string unit_of(const Json& tag);  // unit-a-b-0 -> a-b/0
Json strings(const Json& object, const char* key);

Json full_status(CallContext& context);
Json endpoint_json(const Endpoint& endpoint);
Json base_json_of(const std::string& base, bool with_risk);
void set_application_config(Application& application, const std::string& key, const Json& value);
// Answers what Charmhub knows under that name, or throws as the controller does.
const Charm& from_charmhub(const World& world, const std::string& name);

}  // namespace microstack::testing
