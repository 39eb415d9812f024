#include "engine/machines/address.h"

#include <catch2/catch.hpp>

using namespace microstack;

TEST_CASE("a cluster gets the same networks again, another cluster other ones") {
  const auto one = choose_subnets("one", {}).value();
  CHECK(one.management == choose_subnets("one", {}).value().management);
  CHECK_FALSE(one.management == choose_subnets("two", {}).value().management);
  CHECK_FALSE(one.management.overlaps(one.external));
  CHECK_FALSE(one.external.overlaps(one.tunnel));
}

TEST_CASE("networks move on where this host uses one") {
  const auto first = choose_subnets("one", {}).value();
  const auto second = choose_subnets("one", {first.management}).value();
  CHECK_FALSE(second.management.overlaps(first.management));
  CHECK(second.external == first.external);
  const auto wide = *Subnet::parse(first.management.address(0) + "/16");
  CHECK_FALSE(choose_subnets("one", {wide}).value().management.overlaps(wide));
}

TEST_CASE("a host that uses all of it is an error a person can act on") {
  const auto none = choose_subnets("one", {*Subnet::parse("10.0.0.0/8")});
  REQUIRE_FALSE(none.ok());
  CHECK(none.error().kind == ErrorKind::ask);
}

TEST_CASE("subnets read what ip prints") {
  CHECK(Subnet::parse("10.1.2.3/24")->text() == "10.1.2.0/24");
  CHECK(Subnet::parse("10.1.2.3")->prefix == 32);
  CHECK(Subnet::parse("0.0.0.0/0")->prefix == 0);
  for (const auto* bad : {"default", "fe80::/64", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/2x", "10.0.0/24", ""})
    CHECK_FALSE(Subnet::parse(bad).has_value());
}
