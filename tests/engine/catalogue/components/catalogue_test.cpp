#include "engine/catalogue/catalogue.h"

#include <catch2/catch.hpp>

using namespace microstack;

namespace {

std::string component(const std::string& name, const std::string& rest = "") {
  return "name: " + name + "\nkind: core\ntitle: T\n" + rest;
}

std::string error_of(std::map<std::string, std::string> files) {
  const auto loaded = Catalogue::from_files(std::move(files));
  REQUIRE_FALSE(loaded);
  return loaded.error().text();
}

}  // namespace

TEST_CASE("the components compiled in are all well") {
  const auto loaded = Catalogue::load_embedded();
  if (!loaded) FAIL(loaded.error().text());
  CHECK(loaded->find("keystone") != nullptr);
}

TEST_CASE("a component comes after what it needs") {
  const auto loaded = Catalogue::from_files({{"components/a.yaml", component("a", "needs: [b, c]\n")},
                                             {"components/b.yaml", component("b", "needs: [c]\n")},
                                             {"components/c.yaml", component("c")}});
  REQUIRE(loaded);
  CHECK(*loaded->closure({"a"}) == std::vector<std::string>{"c", "b", "a"});
  CHECK_FALSE(loaded->closure({"z"}));
}

TEST_CASE("slips in component files are told with file and line") {
  CHECK(
      error_of({{"components/a.yaml", component("a", "need: [b]\n")}}).find("schemas/components/a.yaml:4") !=
      std::string::npos);
  CHECK(error_of({{"components/a.yaml", component("a", "needs: [b]\n")}})
            .find("needs b, which does not exist") != std::string::npos);
  CHECK(error_of({{"components/b.yaml", component("a")}}).find("must be named components/a.yaml") !=
        std::string::npos);
  CHECK(error_of({{"components/a.yaml", component("a", "needs: [b]\n")},
                  {"components/b.yaml", component("b", "needs: [a]\n")}})
            .find("in a circle: a -> b -> a") != std::string::npos);
  CHECK(error_of({{"components/a.yaml",
                   component("a", "native:\n  files:\n    - {path: /x, content: no/such}\n")}})
            .find("there is no template no/such") != std::string::npos);
  CHECK(error_of(
            {{"components/a.yaml",
              component(
                  "a", "native:\n  files:\n    - {path: /x, text: '{{ secret \"a/b\" }}', secret: true}\n")}})
            .find("must not be readable by everybody") != std::string::npos);
}

TEST_CASE("slips in the charmed part of components are told with the file") {
  const auto charmed = [](const std::string& rest) {
    return error_of(
        {{"components/a.yaml", component("a", "juju:\n  applications: [{name: x, charm: x-k8s}]\n" + rest)}});
  };
  CHECK(charmed("  integrations: [[\"x:db\", \"y:db\"]]\n").find("there is no application y") !=
        std::string::npos);
  CHECK(charmed("  integrations: [[x, \"x:db\"]]\n").find("two texts application:endpoint") !=
        std::string::npos);
  CHECK(charmed("  offers: [{application: z, endpoints: [e]}]\n").find("schemas/components/a.yaml") !=
        std::string::npos);
  CHECK(charmed("  settings: {z: {k: v}}\n").find("there is no application z") != std::string::npos);
  CHECK(error_of({{"components/a.yaml",
                   component("a", "juju:\n  applications: [{name: x, charm: c, scale: many}]\n")}})
            .find("\"many\" of x is not known") != std::string::npos);
  CHECK(error_of({{"components/a.yaml", component("a", "juju: {applications: [{name: x, charm: c}]}\n")},
                  {"components/b.yaml", component("b", "juju: {applications: [{name: x, charm: c}]}\n")}})
            .find("x is in two components") != std::string::npos);
}
