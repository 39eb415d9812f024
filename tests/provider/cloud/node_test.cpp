// A node comes into its cluster, changes its roles and leaves, alone and together with the cluster; cut off and refused as well.
#include "provider/resources/node.h"

#include "provider/resources/component.h"
#include "tests/provider/cloud/stage.h"
#include "tests/support/fake_host.h"

using namespace microstack;
using namespace microstack::provider;
using Catch::Contains;

namespace {

// The same server, however often it is opened.
class Opened : public Host {
 public:
  explicit Opened(FakeHost& host) : host_(host) {}
  std::string name() const override { return host_.name(); }
  Result<CommandResult> run(const Command& command, std::stop_token stop = {}) override {
    return host_.run(command, stop);
  }
  Result<std::optional<FileContent>> read(const std::string& path) override { return host_.read(path); }
  Status write(const std::string& path, const FileContent& content) override {
    return host_.write(path, content);
  }
  Status remove(const std::string& path) override { return host_.remove(path); }

 private:
  FakeHost& host_;
};

struct WithNode : Stage {
  WithNode() {
    openstack.compute_services.push_back({{"id", "s-rack1"},
                                          {"binary", "nova-compute"},
                                          {"host", "rack1"},
                                          {"state", "up"},
                                          {"status", "enabled"}});
    server.says("hostname", "rack1\n");
    server.says("test", "");  // the program is there
    server.program("microstack-hypervisor",
                   [this](FakeHost&, const Command& command) { return verb(command); });
    clouds.open = [this](const Place&, const std::string&) -> Result<std::unique_ptr<Host>> {
      return std::unique_ptr<Host>(std::make_unique<Opened>(server));
    };
    whole = apply(*cluster, {}, config(*cluster, local()));
    cluster_id = whole.find("id")->as_string();
  }

  CommandResult verb(const Command& command) {
    if (command.argv[1] == "status") {
      const Json facts = {{"node", {{"roles", installed}}}};
      return {0, Json{{"differences", Json::array()}, {"healthy", true}, {"facts", facts}}.dump() + "\n", {}};
    }
    if (command.argv[1] == "remove" && !refuses.empty())
      return {5, R"({"v":1,"kind":"error","error":{"kind":"retry","what":")" + refuses + "\"}}\n", {}};
    if (command.argv[1] == "install") {
      server.files["/var/lib/microstack/profile.json"].bytes = command.stdin_text;
      installed = Json::parse(command.stdin_text)["node"]["roles"];
    }
    return {0,
            R"({"v":1,"kind":"done","result":{"facts":{}}})"
            "\n",
            {}};
  }

  Value asked(const Json& roles = {"compute"}) const {
    return config(*node, {{"cluster_id", cluster_id},
                          {"name", "rack1"},
                          {"roles", roles},
                          {"guests", "refuse"},
                          {"ssh", {{"host", "192.0.2.60"}, {"host_key", "ssh-ed25519 AAAA"}}}});
  }
  Value made(const Json& roles = {"compute"}) {
    auto state = apply(*node, {}, asked(roles));
    INFO(error());
    REQUIRE_FALSE(state.is_null());
    return state;
  }
  bool undone() const {
    return std::any_of(server.log.begin(), server.log.end(),
                       [](const auto& argv) { return argv.size() > 1 && argv[1] == "remove"; });
  }
  bool asked_nova(const std::string& call) const {
    const auto calls = openstack.calls();
    return std::find(calls.begin(), calls.end(), call) != calls.end();
  }
  bool is_member() const { return file("deployment.json")["members"].contains("rack1"); }

  static constexpr const char* disabled = "PUT /compute/v2.1/os-services/s-rack1";
  static constexpr const char* forgotten = "DELETE /compute/v2.1/os-services/s-rack1";
  FakeHost server{"192.0.2.60"};
  std::string refuses;
  Json installed = Json::array();
  Value whole;  // the cluster
  std::string cluster_id;
  std::unique_ptr<AnyResource> node = node_resource(clouds);
};

}  // namespace

TEST_CASE_METHOD(WithNode, "a node joins, is written down, and a second plan is empty") {
  const auto state = made();
  CHECK(is_member());
  const auto seen = read(*node, state);
  CHECK(seen == state);
  CHECK(plan(*node, seen, asked()) == seen);
}

TEST_CASE_METHOD(WithNode, "a node that leaves is emptied, undone, and nobody knows it any more") {
  const auto state = made();
  plan_removal(*node, state);
  CHECK(apply(*node, state, {}).is_null());
  CHECK(error() == "");
  CHECK(asked_nova(disabled));
  CHECK(undone());
  CHECK(asked_nova(forgotten));
  CHECK(calls("member part") == 1);
  CHECK_FALSE(is_member());
}

TEST_CASE_METHOD(WithNode, "a node whose cluster is destroyed in the same plan is undone, and that is all") {
  const auto state = made();
  plan_removal(*node, state);  // in Terraform's order, and carried out by another process
  const auto planned = saved;
  plan_removal(*cluster, whole);
  begin_anew();
  saved = planned;
  CHECK(apply(*node, state, {}).is_null());
  CHECK(error() == "");
  CHECK(undone());
  CHECK_FALSE(asked_nova(disabled));
  CHECK_FALSE(asked_nova(forgotten));
}

TEST_CASE_METHOD(WithNode,
                 "a removal that fails does not go along with a cluster that was to be destroyed before") {
  const auto state = made();
  plan_removal(*node, state);
  const auto planned = saved;
  plan_removal(*cluster, whole);
  begin_anew();
  saved = planned;
  refuses = "dpkg is locked";
  CHECK_FALSE(apply(*node, state, {}).is_null());
  refuses.clear();
  CHECK(apply(*node, state, {}).is_null());  // by a plan that was not asked: the node is replaced
  CHECK(asked_nova(forgotten));
}

TEST_CASE_METHOD(WithNode, "a server that answers and cannot be undone now stays in the state") {
  const auto state = made();
  refuses = "dpkg is locked";
  CHECK_FALSE(apply(*node, state, {}).is_null());
  CHECK_THAT(error(), Contains("pkg is locked"));
  CHECK(is_member());
  CHECK_FALSE(asked_nova(forgotten));
}

TEST_CASE_METHOD(WithNode, "a server that does not answer is forgotten, and it is said what to do there") {
  const auto state = made();
  server.reachable = false;
  CHECK(apply(*node, state, {}).is_null());
  CHECK_THAT(warning(), Contains("Server rack1 was not undone") && Contains("microstack-hypervisor remove"));
  CHECK(asked_nova(forgotten));
  CHECK_FALSE(is_member());
}

TEST_CASE_METHOD(WithNode, "a node that is to be no hypervisor any more is forgotten as one, and stays") {
  const auto state = made();
  const auto after = apply(*node, state, asked({"network"}));
  CHECK(error() == "");
  CHECK(after.find("hypervisor")->as_string() == "");
  CHECK(installed == Json{"network"});
  CHECK(asked_nova(forgotten));
  CHECK(is_member());
}

TEST_CASE_METHOD(WithNode, "a change of roles that was cut off is seen and finished") {
  auto state = made();
  refuses.clear();
  state = apply(*node, state, asked({"network"}));
  REQUIRE(error() == "");
  // As if it had ended before the installation: Nova knows it still, and so does the server.
  installed = {"compute"};
  begin_anew();
  const auto seen = read(*node, state);
  const auto drift = to_json_text(*seen.find("drift"));
  CHECK_THAT(drift, Contains("it was installed for other roles"));
  CHECK_THAT(drift, Contains("Nova still knows it as a hypervisor"));
  const auto before = openstack.calls();
  const auto after = apply(*node, seen, asked({"network"}));
  CHECK(error() == "");
  CHECK(installed == Json{"network"});
  const auto calls = openstack.calls();
  CHECK(std::count(calls.begin(), calls.end(), forgotten) ==
        std::count(before.begin(), before.end(), forgotten) + 1);
}

TEST_CASE_METHOD(WithNode, "a component that is spread leaves a node the settings of its own hypervisor") {
  Json set = Json::parse(to_json_text(asked()));
  set["compute"] = {{"cpu_mode", "host-passthrough"}};
  apply(*node, {}, config(*node, set));
  REQUIRE(error() == "");
  const auto exporters = component_resource(clouds, *clouds.catalogue().find("exporters"));
  apply(*exporters, {}, config(*exporters, {{"cluster_id", cluster_id}}));
  REQUIRE(error() == "");
  CHECK(warning() == "");
  Json choices = Json::object();
  const Json profile = Json::parse(server.text("/var/lib/microstack/profile.json"));
  for (const auto& choice : profile["components"])
    choices[choice["name"]] = choice.value("config", Json::object());
  CHECK(choices.contains("exporters"));
  CHECK(choices["compute"]["cpu_mode"] == "host-passthrough");
}

TEST_CASE_METHOD(WithNode, "the cluster's own node is no node to be imported") {
  import(*node, cluster_id + "/demo-1");
  CHECK_THAT(error(), Contains("demo-1 is the cluster's own"));
}
