#include "engine/clients/juju/macaroon.h"

#include <catch2/catch.hpp>

namespace microstack::juju {

TEST_CASE("A discharge is bound to its root as the real command line binds it") {
  // Signatures of a recorded `juju register`: root, discharge as fetched, discharge as sent.
  Json root = {{"l", "juju model"}, {"s64", "KKCH7FSpM2k78ZC_bgfAv8y09tWJ6_0G4yhz07C21Hg"}};
  Json discharge = {{"i64", "AwA"}, {"s64", "nYN7nFw68FbZn5eUIGprPTMhYKUXODvojaC1NuMJHyU"}};
  auto bound = bound_discharge(discharge, root);
  REQUIRE(bound);
  CHECK((*bound)["s64"] == "n13RSjwVrVOAj4Va7s61XjD11fH0ywFypfOjZxPu_rk");
  CHECK((*bound)["i64"] == "AwA");
}

TEST_CASE("A macaroon without a signature cannot be bound") {
  CHECK_FALSE(bound_discharge(Json::object(), Json::object()));
}

TEST_CASE("A third-party caveat is found with the encrypted caveat that travels beside it") {
  Json required =
      Json::parse(R"({"m":{"c":[{"i":"time-before 2026"},{"i64":"AwA","v64":"x","l":"https://h:1/auth"}]},
                                  "v":3,"cdata":{"AwA":"A7KK"}})");
  auto caveats = third_party_caveats(required);
  REQUIRE(caveats.size() == 1);
  CHECK(caveats[0].location == "https://h:1/auth");
  CHECK(caveats[0].id64 == "AwA");
  CHECK(caveats[0].caveat64 == "A7KK");
}

TEST_CASE("Login macaroons come from the cookies whose names say so") {
  auto slice = base64_encode(R"([{"i":"root","s64":"AA"},{"i":"discharge","s64":"AA"}])");
  auto found =
      login_macaroons({{"macaroon-aa", "h", "/", Secret(slice)}, {"other", "h", "/", Secret(slice)}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].size() == 2);
}

TEST_CASE("Base64 is read in all its spellings") {
  CHECK(base64_decode("czNjcjN0").value() == "s3cr3t");
  CHECK(base64_decode("a2lt").value() == "kim");
  CHECK(base64_decode("-_8").value() == "\xfb\xff");
  CHECK(base64_decode("+/8=").value() == "\xfb\xff");
  CHECK_FALSE(base64_decode("a"));
  CHECK(base64_url_encode("\xfb\xff") == "-_8");
}

}  // namespace microstack::juju
