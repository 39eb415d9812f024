#include "engine/cloud/components.h"

#include <catch2/catch.hpp>

using namespace microstack;

namespace {

const std::vector<std::string> compute = {"compute"};

Catalogue embedded() {
  auto loaded = Catalogue::load_embedded();
  REQUIRE(loaded);
  return std::move(*loaded);
}

}  // namespace

TEST_CASE("a node runs what the first one does, where its roles run it, with the same settings") {
  const auto catalogue = embedded();
  Profile first;
  first.components = {{"certificates"}, {"keystone"}, {"exporters", {{"user", "prometheus"}}}, {"heat"}};
  const auto choices = choices_for(first, catalogue, compute);
  REQUIRE(choices.size() == 2);
  CHECK(choices[0].name == "certificates");
  CHECK(choices[1].name == "exporters");
  CHECK(choices[1].config["user"] == "prometheus");
}

TEST_CASE("a node whose optional components are others than the cluster's has drifted") {
  const auto catalogue = embedded();
  Deployment deployment;
  deployment.components["exporters"] = {"terraform", {{"user", "prometheus"}}};
  deployment.components["heat"] = {"terraform"};  // runs on control nodes only
  const auto drift = [&](const Json& running) {
    return component_drift(deployment, catalogue, compute, running);
  };
  using Texts = std::vector<std::string>;
  CHECK(drift({{"compute", Json::object()}}) == Texts{"component exporters is missing"});
  CHECK(drift({{"exporters", {{"user", "prometheus"}}}}).empty());
  CHECK(drift({{"exporters", {{"user", ""}}}}) ==
        Texts{"component exporters has other settings than the cluster's"});
  deployment.components.erase("exporters");
  CHECK(drift({{"exporters", Json::object()}}) ==
        Texts{"component exporters is no part of the cluster any more"});
}
