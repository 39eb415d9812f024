// The test controller is held to what a real one was recorded to answer: the calls of the recordings are made
// again in their order, and the answers must have the same fields, the same types, the same errors, and the
// same values where a value does not come of chance.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>

#include "tests/engine/clients/juju/controller_fixture.h"

namespace microstack::testing {

namespace {

struct Recorded {
  std::string run, model;
  Json line;
};

std::vector<Recorded> recordings() {
  std::vector<Recorded> all;
  std::ifstream file(juju::data_folder() + "/recorded-4.0.14.jsonl");
  for (std::string line; std::getline(file, line);) {
    Json json = Json::parse(line);
    all.push_back({json["run"], json["model"], json});
  }
  return all;
}

// Recordings of what the test controller leaves out, each for its reason.
const std::map<std::string, std::string> left_out = {
    {"UserManager.", "users are made by the test"},
    {"ModelManager.ModifyModelAccess", "users are made by the test"},
    {"Controller.ModifyControllerAccess", "users are made by the test"},
    {"Controller.GetControllerAccess", "users are made by the test"},
    {"Controller.AllModels", "our client does not ask it"},
    {"Controller.ModelStatus", "our client does not ask it"},
    {"Controller.IdentityProviderURL", "our client does not ask it"},
    {"Cloud.CloudInfo", "our client does not ask it"},
    {"Action.WatchActionsProgress", "our client polls"},
    {"StringsWatcher.", "our client polls"},
    {"Action.ListOperations", "our client does not ask it"},
    {"Action.Operations", "our client does not ask it"},
    {"Action.Run", "our client runs no commands on units"},
    {"Action.Actions", "what becomes of an action is the test's to say"},
    {"Application.UnitsInfo", "our client does not ask it"},
    {"Application.ApplicationsInfo", "our client does not ask it"},
    {"Application.GetConstraints", "our client does not ask it"},
    {"ModelConfig.ModelGet", "only some of the keys are kept"},
    {"ModelManager.ListModelSummaries", "counts of machines, which are not kept"},
};
// Runs that need what is not kept: machines, storage, or the application of the controller model.
const std::set<std::string> other_worlds = {"status-controller", "status-watch", "machines",
                                            "deploy-storage",    "diff-bundle",  "deploy-bundle",
                                            "force-remove",      "register",     "remove-unit"};

bool is_left_out(const std::string& name) {
  for (const auto& [prefix, reason] : left_out) {
    if (name.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

// Values that must be the same.
const std::set<std::string> exact = {"interface",       "role",       "life",          "type",
                                     "source",          "scope",      "charm-channel", "key",
                                     "channel",         "error-code", "code",          "num-units",
                                     "latest-revision", "default",    "limit",         "warnings"};
// Subtrees that come of machines, addresses, chance, or a charm's own text.
const std::set<std::string> by_chance = {"machines", "macaroon",     "ca-cert", "hash",
                                         "id",       "instance-key", "users",   "properties"};
// Fields that are there or not by what a machine or a charm's own text did.
const std::set<std::string> optional_fields = {"leader", "address", "provider-id", "storage",
                                               "machine-attachments"};

std::string kind(const Json& value) {
  return value.is_number() ? "number" : value.type_name();
}

void compare(const Json& recorded, const Json& ours, const std::string& where,
             std::vector<std::string>& problems) {
  if (recorded.is_null() || ours.is_null()) return;
  if (kind(recorded) != kind(ours)) {
    problems.push_back(where + ": " + kind(recorded) + " recorded, ours is " + kind(ours) + " " +
                       ours.dump());
    return;
  }
  if (recorded.is_object()) {
    for (const auto& [key, value] : recorded.items()) {
      if (by_chance.count(key) > 0) continue;
      if (ours.contains(key)) {
        compare(value, ours[key], where + "." + key, problems);
      } else if (optional_fields.count(key) == 0) {
        problems.push_back(where + " lacks " + key + ": " + value.dump().substr(0, 120));
      }
    }
    for (const auto& [key, value] : ours.items()) {
      if (!recorded.contains(key) && optional_fields.count(key) == 0 && by_chance.count(key) == 0) {
        problems.push_back(where + " has " + key + " in addition: " + value.dump().substr(0, 120));
      }
    }
    return;
  }
  if (recorded.is_array()) {
    if (recorded.size() != ours.size()) {
      problems.push_back(where + " has " + std::to_string(ours.size()) + " items instead of " +
                         std::to_string(recorded.size()));
    }
    for (std::size_t i = 0; i < std::min(recorded.size(), ours.size()); ++i) {
      compare(recorded[i], ours[i], where + "[" + std::to_string(i) + "]", problems);
    }
    return;
  }
  auto name = where.substr(where.rfind('.') + 1);
  bool error_text = name == "error" || name == "message";
  // Identifiers of units, and the words of Go's JSON reader, are not ours to have.
  bool not_ours = error_text && (recorded.get<std::string>().find("\"d26a6683") != std::string::npos ||
                                 recorded.get<std::string>().rfind("json: ", 0) == 0);
  if (not_ours) return;
  if ((error_text || exact.count(name) > 0) && recorded != ours) {
    problems.push_back(where + " is " + ours.dump() + " instead of " + recorded.dump());
  }
}

// The lab in which the recordings were made: its identifiers become ours.
struct Lab {
  Lab() : controller({.data = juju::data_folder()}) {
    controller.with([&](World& world) {
      world.clouds = {{"unmanaged",
                       {{"type", "unmanaged"},
                        {"auth-types", Json::array({"empty"})},
                        {"endpoint", "127.0.0.1"},
                        {"is-controller-cloud", true}}}};
      world.credentials = {{"cloudcred-unmanaged_admin_default", {{"auth-type", "empty"}}}};
      ids["03844fa0-fdad-49e0-8c8a-56bbb3ba53f3"] =
          world.add_model("controller", "admin", "unmanaged", true).uuid;
      world.story.looks_until_active = 1000;  // no agents ran in the recorded models that were looked at
      world.story.looks_until_gone = 0;
    });
  }

  // Identifiers of the recording in a request, as ours.
  Json ours(const Json& json) const {
    auto text = json.dump();
    for (const auto& [recorded, mine] : ids) {
      for (std::size_t at = 0; (at = text.find(recorded, at)) != std::string::npos; at += mine.size()) {
        text.replace(at, recorded.size(), mine);
      }
    }
    return Json::parse(text);
  }

  // What the recorded answer calls by chance is remembered by what ours is.
  void learn(const Json& recorded, const Json& mine) {
    if (recorded.is_string() && mine.is_string()) {
      auto a = recorded.get<std::string>(), b = mine.get<std::string>();
      bool uuid = a.size() == 36 && b.size() == 36 && a[8] == '-' && a[13] == '-';
      if (uuid || a.rfind("secret:", 0) == 0) ids[a] = b;
    } else if (recorded.is_object() && mine.is_object()) {
      for (const auto& [key, value] : recorded.items()) {
        if (mine.contains(key)) learn(value, mine[key]);
      }
    } else if (recorded.is_array() && mine.is_array()) {
      for (std::size_t i = 0; i < std::min(recorded.size(), mine.size()); ++i) learn(recorded[i], mine[i]);
    }
  }

  JujuController controller;
  std::map<std::string, std::string> ids;
};

}  // namespace

TEST_CASE("The schemas fit every recorded call and answer") {
  auto schema = FacadeSchema::load(juju::data_folder() + "/facades-4.0.14.json");
  int checked = 0;
  for (const auto& [run, model, line] : recordings()) {
    // edge-raw sends wrong calls on purpose; CloudInfo's schema nests what is sent flat.
    if (!line.contains("request") || run == "edge-raw" || line["request"]["request"] == "CloudInfo") continue;
    std::string facade = line["request"]["type"], method = line["request"]["request"];
    if (!schema.knows(facade, method)) continue;
    CAPTURE(run, method);
    ++checked;
    CHECK(schema.check_request(facade, method, line["request"].value("params", Json::object())).empty());
    if (!line["answer"].contains("error"))
      CHECK(schema.check_answer(facade, method, line["answer"]["response"]).empty());
  }
  CHECK(checked > 150);
}

TEST_CASE("A wrong request does not fit the schemas") {
  auto schema = FacadeSchema::load(juju::data_folder() + "/facades-4.0.14.json");
  auto problems = [&](const Json& params) { return schema.check_request("Application", "Get", params); };
  CHECK(problems({{"application", "a"}, {"branch", ""}}).empty());
  CHECK(problems({{"application", "a"}}).size() == 1);
  CHECK(problems({{"application", 7}, {"branch", ""}}).size() == 1);
  CHECK(problems({{"application", "a"}, {"branch", ""}, {"zzz", 1}}).size() == 1);
}

TEST_CASE("The test controller answers as a real one was recorded to answer") {
  Lab lab;
  int replayed = 0;
  for (const auto& [run, model, line] : recordings()) {
    if (other_worlds.count(run) > 0) continue;
    CAPTURE(run);
    auto here = model.empty() ? std::string() : lab.ids.count(model) > 0 ? lab.ids.at(model) : model;
    if (line.contains("put")) {
      auto put = line["put"].get<std::string>();
      if (put.rfind("charms/", 0) != 0) continue;
      auto name = put.substr(7, put.rfind('-') - 7);
      lab.controller.with(
          [&](World& world) { lab.controller.take_local_charm(world.models.at(here), name); });
      continue;
    }
    auto name = line["request"].value("type", "") + "." + line["request"].value("request", "");
    bool before_login = run == "edge-raw" &&
                        line["answer"].value("error", "").rfind("unknown version", 0) == 0 &&
                        (name == "Client.FullStatus" || name == "Pinger.Ping");
    // That model had the applications of a bundle, which is not replayed.
    if (run == "destroy-blocked" && name == "ModelManager.ModelStatus") continue;
    if (is_left_out(name) || before_login || (run == "edge-raw" && !line["request"].contains("version")))
      continue;
    CAPTURE(name, line["request"].dump());
    auto mine = lab.controller.answer(here, lab.ours(line["request"]));
    // A model that goes away is asked until it has.
    auto ends = [](const Json& answer) { return answer.dump().find("does not exist") != std::string::npos; };
    for (int i = 0; name == "ModelManager.ModelStatus" && ends(line["answer"]) && !ends(mine) && i < 3; ++i) {
      mine = lab.controller.answer(here, lab.ours(line["request"]));
    }
    lab.learn(line["answer"], mine);
    std::vector<std::string> problems;
    compare(lab.ours(line["answer"]), mine, name, problems);
    for (const auto& problem : problems) FAIL_CHECK(problem);
    ++replayed;
  }
  CHECK(replayed > 100);
}

}  // namespace microstack::testing
