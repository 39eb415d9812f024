#include "provider/resources/node_place.h"

#include <catch2/catch.hpp>

#include "provider/resources/node_preflight.h"

namespace microstack::provider {
namespace {

Deployment::Member member(const std::string& name, Json host) {
  Deployment::Member out;
  out.name = name;
  out.host = std::move(host);
  return out;
}

TEST_CASE(
    "a host name belongs to the server that was written down with it, and to the machine of that name") {
  Deployment deployment;
  deployment.members["demo-1"] = member("demo-1", {{"machine", Json::object()}});
  deployment.members["demo-metal"] =
      member("demo-metal", {{"ssh", {{"host", "10.0.0.5"}}}, {"host_name", "metal"}});
  deployment.members["demo-old"] = member("demo-old", {{"ssh", {{"host", "10.0.0.6"}}}});
  CHECK(node_with_host_name(deployment, "metal", "demo-other") == "demo-metal");
  CHECK(node_with_host_name(deployment, "metal", "demo-metal").empty());
  CHECK(node_with_host_name(deployment, "demo-1", "demo-other") == "demo-1");
  CHECK(node_with_host_name(deployment, "demo-metal", "demo-other").empty());
  CHECK(node_with_host_name(deployment, "demo-old", "demo-other").empty());
}

TEST_CASE("of two servers of one plan with one host name the second is told of the first") {
  PlannedHostNames names;
  CHECK(names.claim("microstack://a", "metal", "a-1").empty());
  CHECK(names.claim("microstack://a", "metal", "a-1").empty());
  CHECK(names.claim("microstack://a", "metal", "a-2") == "a-1");
  CHECK(names.claim("microstack://b", "metal", "b-1").empty());
}

}  // namespace
}  // namespace microstack::provider
