#include "engine/steps/secrets.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_host.h"

using namespace microstack;

TEST_CASE("a secret is drawn once and kept for its owner only") {
  FakeHost host;
  Secrets secrets(host, true);
  CHECK_FALSE(secrets.find("nova/db")->has_value());
  const auto drawn = secrets.need("nova/db");
  REQUIRE(drawn);
  CHECK(host.files.at("/var/lib/microstack/secrets/nova/db").mode == 0600);
  CHECK(Secrets(host, true).need("nova/db")->reveal() == drawn->reveal());
}

TEST_CASE("a node that was not given a secret says which") {
  FakeHost host;
  Secrets secrets(host, false, {{"nova/identity", "given"}});
  CHECK(secrets.need("nova/identity")->reveal() == "given");
  const auto missing = secrets.need("nova/db");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().what == "this node was not given the secret nova/db");
}

TEST_CASE("a secret that a person gives is drawn nowhere") {
  FakeHost host;
  Secrets secrets(host, true);
  const auto missing = secrets.need("given/ceph");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::ask);
  CHECK(missing.error().fix.find("compute.ceph_key") != std::string::npos);
  CHECK(host.files.empty());
  CHECK(Secrets(host, false, {{"given/ceph", "theirs"}}).need("given/ceph")->reveal() == "theirs");
  CHECK(Secrets(host, false).need("given/ceph")->reveal() == "theirs");
  REQUIRE(Secrets(host, false).forget("given/ceph"));
  CHECK(host.files.empty());
}

TEST_CASE("a text shows names in place of its secrets until it is resolved") {
  FakeHost host;
  Secrets secrets(host, true, {{"a", "1"}, {"b", "2"}});
  const MarkedText text("x" + MarkedText::mark("a") + "y" + MarkedText::mark("b") + "z");
  CHECK(text.shown() == "x{secret:a}y{secret:b}z");
  CHECK(text.names() == std::vector<std::string>{"a", "b"});
  CHECK(*text.resolve(secrets) == "x1y2z");
}
