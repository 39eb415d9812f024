#include <catch2/catch.hpp>

#include "engine/steps/certificate.h"
#include "engine/steps/password_hash.h"
#include "tests/support/fake_host.h"
#include "tests/support/step_contract.h"

using namespace microstack;
using std::chrono::days;

TEST_CASE("a certificate is for its names, its key and its authority, and nothing else") {
  const auto authority = make_authority("MicroStack test");
  const auto other = make_authority("MicroStack test");
  REQUIRE(authority);
  REQUIRE(other);
  const auto made = issue_certificate(*authority, {"10.0.0.5", "api.example"}, days(90));
  REQUIRE(made);
  const auto flaw = [&](const KeyPair& by, const std::vector<std::string>& names, days spare) {
    return certificate_flaw(made->certificate, made->key.reveal(), by.certificate, names, spare);
  };
  CHECK(flaw(*authority, {"10.0.0.5", "api.example"}, days(60)).empty());
  CHECK(flaw(*authority, {"10.0.0.6"}, days(60)) == "is not for 10.0.0.6");
  CHECK(flaw(*other, {"10.0.0.5"}, days(60)) == "is not signed by the cluster's authority");
  CHECK(flaw(*authority, {"10.0.0.5"}, days(91)).starts_with("ends in "));
  CHECK(certificate_flaw(made->certificate, other->key.reveal(), authority->certificate, {}, days(1)) ==
        "does not fit its key");
}

TEST_CASE("the authority is made once and a certificate is made from it") {
  struct World : FakeHost {
    explicit World(const std::string& authority = {}) : secrets(*this, true, given(authority)) {}
    static std::map<std::string, std::string> given(const std::string& authority) {
      if (authority.empty()) return {};
      return {{"ca/authority", authority}};
    }
    Secrets secrets;
  };
  const auto known = make_authority("MicroStack demo");
  REQUIRE(known);
  const std::string pair = known->key.reveal() + known->certificate;
  contracts::step([&] { return std::make_unique<World>(pair); },
                  [](World& world) {
                    return std::make_unique<CertificateStep>(
                        world, world.secrets, "demo",
                        CertificateFact{"/etc/microstack/tls/api", {"10.0.0.5"}});
                  });
  World world;
  StepContext context;
  AuthorityStep step(world, world.secrets, "demo", "/etc/microstack/tls/ca.crt");
  REQUIRE(step.apply(context));
  const std::string first = world.text("/etc/microstack/tls/ca.crt");
  world.files.erase("/etc/microstack/tls/ca.crt");
  Secrets anew(world, true);
  REQUIRE(AuthorityStep(world, anew, "demo", "/etc/microstack/tls/ca.crt").apply(context));
  CHECK(world.text("/etc/microstack/tls/ca.crt") == first);
  CHECK(first.find("PRIVATE") == std::string::npos);
}

TEST_CASE("a certificate that ends soon is made anew, and who takes a new one without a restart is told to") {
  FakeHost host;
  Secrets secrets(host, true);
  host.units["haproxy"].active = true;
  CertificateFact fact{"/etc/microstack/tls/api", {"10.0.0.5"}};
  fact.reloads = {"haproxy"};
  StepContext context;
  CertificateStep step(host, secrets, "demo", fact);
  REQUIRE(step.apply(context));
  CHECK(step.check(context)->holds);
  const auto first = host.text("/etc/microstack/tls/api.crt");

  fact.lasts = std::chrono::hours(48);
  fact.renewed_before = std::chrono::hours(366 * 24);  // as if a year had passed
  CertificateStep later(host, secrets, "demo", fact);
  CHECK_THAT(later.check(context)->difference,
             Catch::Contains("certificate /etc/microstack/tls/api.crt ends in 36"));
  fact.renewed_before = std::chrono::hours(24);
  CertificateStep shorter(host, secrets, "demo", fact);
  REQUIRE(shorter.apply(context));
  CHECK(host.text("/etc/microstack/tls/api.crt") != first);
  CHECK(shorter.check(context)->holds);
  CHECK(host.ran({"systemctl", "try-reload-or-restart", "--", "haproxy.service"}));
  CHECK(host.units["haproxy"].starts == 0);
  CHECK(host.text("/var/lib/microstack/restart/haproxy.reload").empty());
}

TEST_CASE("a node that cannot sign names the certificate that ends, and who makes a new one") {
  FakeHost host;
  const auto authority = make_authority("MicroStack demo");
  CertificateFact fact{"/etc/microstack/tls/chassis", {"10.0.0.6"}};
  fact.lasts = std::chrono::hours(2);
  const auto given = issue_for(*authority, fact);
  REQUIRE(given);
  Secrets secrets(
      host, false,
      {{certificate_secret(fact), given->reveal()}, {authority_certificate_secret, authority->certificate}});
  StepContext context;
  CertificateStep step(host, secrets, "demo", fact);
  const auto applied = step.apply(context);
  REQUIRE_FALSE(applied);
  CHECK_THAT(applied.error().what,
             Catch::Contains("/etc/microstack/tls/chassis that this node was given ends in"));
  CHECK(applied.error().fix.find("join again") != std::string::npos);
}

TEST_CASE("a password is stored as bcrypt that Keystone reads") {
  const Secret password("correct horse");
  const auto hash = password_hash(password);
  REQUIRE(hash);
  CHECK(hash->starts_with("$2b$04$"));
  CHECK(password_fits(password, *hash));
  CHECK_FALSE(password_fits(Secret("wrong horse"), *hash));
  CHECK_FALSE(password_fits(password, "*"));
}
