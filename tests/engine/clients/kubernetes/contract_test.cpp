// What the client relies on of an API server: held against the one of tests/support, and with
// MICROSTACK_TEST_KUBECONFIG against the cluster that names.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <optional>
#include <thread>

#include "engine/clients/kubernetes/cluster.h"
#include "engine/clients/kubernetes/watch.h"
#include "tests/support/kubernetes_api/kubernetes_api.h"

using namespace microstack;
using namespace microstack::kubernetes;
using namespace microstack::testing;
using namespace std::chrono_literals;

namespace {

const char* real_one() {
  return std::getenv("MICROSTACK_TEST_KUBECONFIG");
}

// A cluster and a namespace in it that ends with the test.
struct Fixture {
  std::optional<KubernetesApi> api;
  Access access;
  std::string namespace_name;

  Fixture() {
    static int number = 0;
    namespace_name = "microstack-test-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
    if (!real_one()) api.emplace();
    auto read = real_one() ? read_kubeconfig(real_one()) : parse_kubeconfig(api->kubeconfig(), "test");
    REQUIRE(read);
    access = *read;
    Cluster cluster(access);
    REQUIRE(cluster.apply(
        {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", namespace_name}}}}));
  }
  ~Fixture() {
    Cluster cluster(access);
    (void)cluster.remove("/api/v1/namespaces/" + namespace_name);
  }
  std::string path(const std::string& rest) const { return api_path("v1", namespace_name) + "/" + rest; }
  Json config_map(const std::string& name, const Json& data, const Json& labels = Json::object()) const {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", name}, {"namespace", namespace_name}, {"labels", labels}}},
            {"data", data}};
  }
};

std::vector<std::string> names(const std::vector<Json>& items) {
  std::vector<std::string> out;
  for (const auto& item : items) out.push_back(text_at(item, "/metadata/name"));
  return out;
}

}  // namespace

TEST_CASE("an object that is applied is there, and fields no longer applied go away", "[contract]") {
  Fixture fixture;
  Cluster cluster(fixture.access);
  REQUIRE(cluster.apply(fixture.config_map("one", {{"a", "1"}, {"b", "2"}})));
  REQUIRE(cluster.apply(fixture.config_map("one", {{"a", "3"}})));
  const auto read = cluster.get(fixture.path("configmaps/one"));
  REQUIRE(read);
  CHECK(read->at("data") == Json{{"a", "3"}});
}

TEST_CASE("applying the same again changes nothing", "[contract]") {
  Fixture fixture;
  Cluster cluster(fixture.access);
  const auto first = cluster.apply(fixture.config_map("one", {{"a", "1"}}));
  const auto second = cluster.apply(fixture.config_map("one", {{"a", "1"}}));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(text_at(*first, "/metadata/resourceVersion") == text_at(*second, "/metadata/resourceVersion"));
}

TEST_CASE("a field of another manager stays, is refused without force, and taken with it", "[contract]") {
  Fixture fixture;
  Cluster ours(fixture.access), theirs(fixture.access, {.manager = "somebody"});
  REQUIRE(theirs.apply(fixture.config_map("one", {{"a", "theirs"}, {"b", "theirs"}})));
  const auto refused = ours.apply(fixture.config_map("one", {{"a", "ours"}}), false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().has_code("Conflict"));
  CHECK_THAT(refused.error().text(), Catch::Contains("somebody"));
  const auto forced = ours.apply(fixture.config_map("one", {{"a", "ours"}}));
  REQUIRE(forced);
  CHECK(forced->at("data") == Json{{"a", "ours"}, {"b", "theirs"}});
}

TEST_CASE("what is not there is an error of code NotFound, and removing it is success", "[contract]") {
  Fixture fixture;
  Cluster cluster(fixture.access);
  const auto read = cluster.get(fixture.path("configmaps/none"));
  REQUIRE_FALSE(read);
  CHECK(read.error().has_code("NotFound"));
  CHECK_THAT(read.error().text(), Catch::Contains("\"none\" not found"));
  CHECK(cluster.remove(fixture.path("configmaps/none")));
  REQUIRE(cluster.apply(fixture.config_map("one", {{"a", "1"}})));
  CHECK(cluster.remove(fixture.path("configmaps/one")));
  CHECK(cluster.get(fixture.path("configmaps/one")).error().has_code("NotFound"));
}

TEST_CASE("what exists is an error of code AlreadyExists", "[contract]") {
  Fixture fixture;
  Cluster cluster(fixture.access);
  REQUIRE(cluster.send("POST", fixture.path("configmaps"), fixture.config_map("one", {{"a", "1"}})));
  const auto again =
      cluster.send("POST", fixture.path("configmaps"), fixture.config_map("one", {{"a", "1"}}));
  REQUIRE_FALSE(again);
  CHECK(again.error().has_code("AlreadyExists"));
}

TEST_CASE("an unknown kind is told those there are", "[contract]") {
  Fixture fixture;
  Cluster cluster(fixture.access);
  const auto unknown = cluster.apply({{"apiVersion", "v1"}, {"kind", "Cup"}, {"metadata", {{"name", "a"}}}});
  REQUIRE_FALSE(unknown);
  CHECK_THAT(unknown.error().text(), Catch::Contains("no Cup in v1") && Catch::Contains("ConfigMap"));
  CHECK_FALSE(
      cluster.apply({{"apiVersion", "tea.example/v1"}, {"kind", "Cup"}, {"metadata", {{"name", "a"}}}}));
}

TEST_CASE("lists take labels and names, carry kinds, and come whole over several pages", "[contract]") {
  Fixture fixture;
  Cluster cluster(fixture.access);
  for (const char* name : {"a", "b", "c"})
    REQUIRE(cluster.apply(
        fixture.config_map(name, {{"x", "1"}}, {{"odd", name == std::string("b") ? "no" : "yes"}})));
  const auto odd = cluster.list(fixture.path("configmaps"), {.labels = "odd=yes"});
  REQUIRE(odd);
  CHECK(names(odd->items) == std::vector<std::string>{"a", "c"});
  CHECK(text_at(odd->items[0], "/kind") == "ConfigMap");
  CHECK(text_at(odd->items[0], "/apiVersion") == "v1");
  const auto named = cluster.list(fixture.path("configmaps"), {.fields = "metadata.name=b"});
  REQUIRE(named);
  CHECK(names(named->items) == std::vector<std::string>{"b"});
  const auto page = cluster.get(fixture.path("configmaps") + "?limit=1&labelSelector=odd%3Dyes");
  REQUIRE(page);
  CHECK_FALSE(text_at(*page, "/metadata/continue").empty());
}

TEST_CASE("a watch tells what is there, then each change once", "[contract]") {
  Fixture fixture;
  Cluster cluster(fixture.access), other(fixture.access);
  REQUIRE(cluster.apply(fixture.config_map("one", {{"a", "1"}}, {{"mine", "yes"}})));
  std::vector<std::string> seen;
  std::thread changing;
  const auto status = watch(
      cluster, fixture.path("configmaps"), {.labels = "mine=yes"}, "the third change", {.limit = 30s},
      [&](const Change& change) {
        const char* kinds[] = {"added", "modified", "removed"};
        seen.push_back(std::string(kinds[static_cast<int>(change.kind)]) + " " +
                       text_at(change.object, "/metadata/name") + " " + text_at(change.object, "/data/a"));
        if (seen.size() == 1) {
          changing = std::thread([&] {
            (void)other.apply(fixture.config_map("one", {{"a", "2"}}, {{"mine", "yes"}}));
            (void)other.apply(fixture.config_map("two", {{"a", "1"}}, {{"mine", "yes"}}));
            (void)other.remove(fixture.path("configmaps/one"));
          });
        }
        return seen.size() < 4;
      });
  if (changing.joinable()) changing.join();
  CHECK(status.ok());
  CHECK(seen == std::vector<std::string>{"added one 1", "modified one 2", "added two 1", "removed one 2"});
}

TEST_CASE("a watch that sees nothing ends at its limit and names what it waited for", "[contract]") {
  Fixture fixture;
  Cluster cluster(fixture.access);
  const auto status = watch(cluster, fixture.path("pods"), {}, "a pod", {.limit = 1500ms},
                            [](const Change&) { return true; });
  REQUIRE_FALSE(status);
  CHECK(status.error().kind == ErrorKind::retry);
  CHECK_THAT(status.error().text(), Catch::Contains("no a pod within 1.5s"));
}

TEST_CASE("a watch whose connections break in the middle of a line loses and repeats nothing") {
  Fixture fixture;
  if (!fixture.api) return;  // a real server is not cut here
  Cluster cluster(fixture.access);
  fixture.api->put(fixture.config_map("one", {{"n", "0"}}));
  fixture.api->cut_watches_after(1, 3);
  std::vector<std::string> seen;
  const auto status = watch(cluster, fixture.path("configmaps"), {}, "all changes",
                            {.limit = 30s, .pause = 5ms}, [&](const Change& change) {
                              seen.push_back(text_at(change.object, "/data/n"));
                              // Two at a time, so that a connection that ends after one loses the other.
                              if (seen.size() % 2 == 1 && seen.size() < 8) {
                                for (const auto n : {seen.size(), seen.size() + 1})
                                  fixture.api->put(fixture.config_map("one", {{"n", std::to_string(n)}}));
                              }
                              return seen.size() < 9;
                            });
  CHECK(status.ok());
  CHECK(seen == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8"});
}

TEST_CASE("a watch whose past is forgotten lists again and tells the difference") {
  Fixture fixture;
  if (!fixture.api) return;
  auto& api = *fixture.api;
  Cluster cluster(fixture.access);
  api.put(fixture.config_map("stays", {{"n", "1"}}));
  api.put(fixture.config_map("goes", {{"n", "1"}}));
  std::vector<std::string> seen;
  const auto status = watch(cluster, fixture.path("configmaps"), {}, "the difference",
                            {.limit = 30s, .pause = 5ms}, [&](const Change& change) {
                              const char* kinds[] = {"added", "modified", "removed"};
                              seen.push_back(std::string(kinds[static_cast<int>(change.kind)]) + " " +
                                             text_at(change.object, "/metadata/name"));
                              if (seen.size() == 2) {
                                api.erase(fixture.path("configmaps/goes"));
                                api.put(fixture.config_map("comes", {{"n", "1"}}));
                                api.put(fixture.config_map("stays", {{"n", "2"}}));
                                api.forget_the_past();
                              }
                              return seen.size() < 5;
                            });
  CHECK(status.ok());
  CHECK(seen == std::vector<std::string>{"added goes", "added stays", "added comes", "modified stays",
                                         "removed goes"});
}

TEST_CASE("a refused watch ends at once") {
  Fixture fixture;
  if (!fixture.api) return;
  fixture.api->forbid("admin");
  Cluster cluster(fixture.access);
  const auto status =
      watch(cluster, fixture.path("pods"), {}, "a pod", {.limit = 60s}, [](const Change&) { return true; });
  REQUIRE_FALSE(status);
  CHECK(status.error().has_code("Forbidden"));
}

TEST_CASE("the name in the certificate may differ from the address, where the kubeconfig says so") {
  KubernetesApi api({.certificate_address = "10.9.8.7"});
  auto access = parse_kubeconfig(api.kubeconfig(), "test");
  REQUIRE(access);
  Cluster plain(*access, {.attempts = 1});
  CHECK(plain.get("/version").error().has_code("certificate-name"));
  access->server_name = "10.9.8.7";
  Cluster named(*access, {.attempts = 1});
  CHECK(named.get("/version"));
}
