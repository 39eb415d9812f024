#include <sys/stat.h>

#include "provider/resources/cluster_preflight.h"
#include "tests/provider/cloud/stage.h"

using namespace microstack;
using namespace microstack::provider;
using Catch::Contains;

TEST_CASE_METHOD(Stage, "a cluster is made, written down, given a clouds.yaml, and a second plan is empty") {
  const auto asked = config(*cluster, local({{"labels", {{"team", "a"}}}}));
  const auto state = apply(*cluster, {}, asked);
  REQUIRE(error() == "");
  CHECK(state.find("id")->as_string().starts_with("microstack://demo@127.0.0.1/"));
  CHECK(state.find("auth_url")->as_string() == openstack.auth_url());
  CHECK(state.find("ca_certificate")->as_string() == "an authority");
  CHECK(read_file(state.find("ca_certificate_path")->as_string()).value() == "an authority");
  CHECK_THAT(to_json_text(*state.find("phases")), Contains("install") && Contains("credentials"));
  struct stat about {};
  REQUIRE(::stat(state.find("clouds_yaml_path")->as_string().c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);

  const auto deployment = file("deployment.json");
  CHECK(deployment["cluster"]["id"] == state.find("id")->as_string());
  CHECK(deployment["members"]["demo-1"]["address"] == "127.0.0.1");
  CHECK(deployment["components"]["keystone"]["by"] == "terraform");
  CHECK(deployment["wish"]["labels"]["team"] == "a");
  CHECK(deployment["catalogue_version"] == "c1");

  const auto seen = read(*cluster, state);
  CHECK(seen == state);
  CHECK(plan(*cluster, seen, asked) == seen);
}

TEST_CASE_METHOD(Stage, "what was never changed is not written down again") {
  const auto asked = config(*cluster, local());
  auto state = apply(*cluster, {}, asked);
  const auto revision = file("deployment.json")["revision"];
  world["differences"] = {{{"component", "nova"}, {"step", "unit:x"}, {"text", "unit x is inactive"}}};
  tell();
  begin_anew();
  state = read(*cluster, state);
  CHECK(to_json_text(*state.find("drift")) == R"(["unit x is inactive"])");
  world.erase("differences");
  tell();
  state = apply(*cluster, state, asked);
  CHECK(error() == "");
  CHECK(to_json_text(*state.find("drift")) == "[]");
  CHECK(file("deployment.json")["revision"] == revision);
}

TEST_CASE_METHOD(
    Stage, "settings of guests' networks and of the hypervisor reach the profile, and change in place") {
  auto state = apply(*cluster, {},
                     config(*cluster, local({{"mtu", 9000},
                                             {"dns_servers", {"192.0.2.53"}},
                                             {"compute", {{"cpu_mode", "host-passthrough"}}}})));
  REQUIRE(error() == "");
  const auto compute = [&] {
    const Json profile = file("profile.json");
    for (const auto& one : profile["components"])
      if (one["name"] == "compute") return one["config"];
    return Json();
  };
  CHECK(file("profile.json")["network"]["mtu"] == 9000);
  CHECK(file("profile.json")["network"]["dns"] == Json{"192.0.2.53"});
  CHECK(compute() == Json{{"cpu_mode", "host-passthrough"}});
  state = apply(*cluster, state, config(*cluster, local({{"compute", {{"debug", true}}}})));
  REQUIRE(error() == "");
  CHECK(compute() == Json{{"debug", true}});
}

TEST_CASE_METHOD(Stage, "a create that fails leaves nothing in the state, and the next one goes on") {
  world["fail"] = "the mirror is away";
  tell();
  const auto asked = config(*cluster, local());
  CHECK(apply(*cluster, {}, asked).is_null());
  CHECK_THAT(error(), Contains("the mirror is away") && Contains("goes on where this one ended"));
  CHECK(file("deployment.json").is_null());
  world.erase("fail");
  tell();
  CHECK_FALSE(apply(*cluster, {}, asked).is_null());
  CHECK(warning() == "");
}

TEST_CASE_METHOD(Stage,
                 "a finished cluster of that name is adopted when it is the same, else its import is told") {
  const auto id = made_cluster();
  CHECK(apply(*cluster, {}, config(*cluster, local())).find("id")->as_string() == id);
  CHECK_THAT(warning(), Contains("was there already"));

  const int installed = calls("install -");
  CHECK(apply(*cluster, {}, config(*cluster, local({{"region", "elsewhere"}}))).is_null());
  CHECK_THAT(error(),
             Contains("differs in region") && Contains("import {") && Contains("id = \"" + id + "\""));
  CHECK(calls("install -") == installed);
}

TEST_CASE_METHOD(Stage, "an import takes the cluster over whole: the next plan is empty") {
  const auto asked = config(*cluster, local({{"labels", {{"team", "a"}}}, {"proxy", "http://proxy:3128"}}));
  const auto made = apply(*cluster, {}, asked);
  // The id names no place; this process knows it.
  const auto imported = import(*cluster, made.find("id")->as_string());
  INFO(error());
  REQUIRE_FALSE(imported.is_null());
  CHECK(plan(*cluster, imported, asked) == imported);
  CHECK(imported.find("labels") != nullptr);
  CHECK(*imported.find("labels") == *made.find("labels"));
}

TEST_CASE_METHOD(Stage, "another cluster that has taken the name is not taken for this one") {
  const auto state = apply(*cluster, {}, config(*cluster, local()));
  world["facts"]["ca"] = "another authority";
  tell();
  begin_anew();
  CHECK(read(*cluster, state).is_null());
  CHECK_THAT(warning(), Contains("Another cluster has the name demo"));
}

TEST_CASE_METHOD(Stage, "a protected cluster is not destroyed until the protection is taken away") {
  const auto state = apply(*cluster, {}, config(*cluster, local({{"deletion_protection", true}})));
  REQUIRE(error() == "");
  plan(*cluster, state, {});
  CHECK_THAT(error(), Contains("deletion_protection: The cluster is protected") &&
                          Contains("= false and apply first"));
  CHECK_FALSE(apply(*cluster, state, {}).is_null());
  CHECK(calls("remove") == 0);
  const auto open = apply(*cluster, state, config(*cluster, local({{"deletion_protection", false}})));
  CHECK(apply(*cluster, open, {}).is_null());
  CHECK(calls("remove") == 1);
  CHECK(error() == "");
  CHECK_FALSE(std::filesystem::exists(open.find("clouds_yaml_path")->as_string()));
}

TEST_CASE_METHOD(Stage, "an authority of one's own goes to the node as a secret, not into the state") {
  REQUIRE(write_file(folder + "/ca.crt", "CERTIFICATE"));
  REQUIRE(write_file(folder + "/ca.key", "KEY\n"));
  const Json own = {{"certificate_path", folder + "/ca.crt"}, {"private_key_path", folder + "/ca.key"}};
  const auto state = apply(*cluster, {}, config(*cluster, local({{"ca", own}})));
  REQUIRE(error() == "");
  CHECK(file("profile.json")["secrets"]["ca/authority"] == "KEY\nCERTIFICATE\n");
  CHECK(to_json_text(state).find("KEY") == std::string::npos);
}

TEST_CASE_METHOD(Stage,
                 "what stands in the way of a machine is told at plan, at the attribute that causes it") {
  world["findings"] = {
      {{"check", "memory"},
       {"blocking", true},
       {"what", "100 MiB of memory are free"},
       {"fix", "end something"},
       {"attribute", {"memory_mib"}}},
      {{"check", "networks"},
       {"blocking", true},
       {"what", "the management network is in use"},
       {"fix", "leave it out"},
       {"attribute", {"networks", "management"}}},
      {{"check", "mirror"},
       {"blocking", true},
       {"what", "the package mirror does not answer"},
       {"attribute", {"image", "mirror"}}},
      {{"check", "forward"}, {"blocking", false}, {"what", "a firewall drops"}, {"fix", "let it"}}};
  tell();
  const auto asked = config(*cluster, {{"name", "demo"}, {"networks", {{"management", "10.1.2.0/24"}}}});
  plan(*cluster, {}, asked);
  CHECK_THAT(error(), Contains("memory_mib: 100 MiB of memory are free | To go on: end something."));
  CHECK_THAT(error(), Contains("networks: The management network is in use"));
  CHECK_THAT(error(), Contains("package_mirror: The package mirror does not answer"));
  CHECK_THAT(warning(), Contains("A firewall drops"));
  CHECK(calls("probe --machine") == 1);

  SECTION("a machine that is there is gone on with") {
    world["machines"] = {{{"cluster", "demo"}, {"name", "demo-1"}, {"state", "running"}, {"leader", 1}}};
    tell();
    plan(*cluster, {}, asked);
    CHECK(error() == "");
    CHECK(calls("probe --machine") == 1);
  }
  SECTION("a hypervisor that cannot tell is a warning") {
    world["dies"] = true;
    tell();
    plan(*cluster, {}, asked);
    CHECK(error() == "");
    CHECK_THAT(warning(), Contains("checked at apply"));
  }
  SECTION("a target that is not known yet is a warning") {
    auto later = asked;
    later.set_member("networks", Value::unknown());
    plan(*cluster, {}, later);
    CHECK(error() == "");
    CHECK_THAT(warning(), Contains("checked at apply"));
  }
}

TEST_CASE_METHOD(Stage, "a server of one's own must have the distribution that carries the release") {
  world["probe"] = {{"os", {{"id", "debian"}, {"version", "12"}}}, {"systemd", true}, {"uid", 0}};
  tell();
  plan(*cluster, {}, config(*cluster, local()));
  CHECK_THAT(error(), Contains("first_node: Release 2025.1 needs Debian 13"));
}

TEST_CASE_METHOD(Stage, "only listening sockets at ports of the components are in the way") {
  // glance's port 9292 listens, 5000 is connected, 22 is nobody's
  const std::string text =
      "  sl  local_address rem_address   st\n"
      "   0: 0100007F:244C 00000000:0000 0A 00000000:00000000\n"
      "   1: 0100007F:1388 0100007F:C350 01 00000000:00000000\n"
      "   2: 00000000:0016 00000000:0000 0A 00000000:00000000\n";
  CHECK(ports_in_use(text, clouds.catalogue(), clouds.catalogue().core()) == std::vector<int>{9292});
}
