#include "engine/clients/juju/session.h"

#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "engine/clients/juju/models.h"
#include "tests/engine/clients/juju/controller_fixture.h"

namespace microstack::juju {

TEST_CASE("A login tells what the controller is and offers", "[anywhere]") {
  Anywhere place;
  const auto uuid = place.make_model("openstack");
  Controller controller(place.dialer, place.access());
  auto welcome = controller.session().welcome(place.limit(20));
  REQUIRE(welcome);
  CHECK(welcome->major() >= 3);
  CHECK(welcome->user == place.user());
  if (place.own) {
    CHECK(welcome->server_version == "4.0.14.1");
    CHECK(welcome->addresses == std::vector<std::string>{place.own->controller.address()});
  }
  auto model = controller.model(uuid).welcome(place.limit(20));
  REQUIRE(model);
  CHECK(model->model_uuid == uuid);
}

TEST_CASE("The highest version of a facade that both sides know is used") {
  Fixture four(4), three(3);
  four.add_model();
  three.add_model();
  Session newer(four.dialer, four.access(), ""), older(three.dialer, three.access(), "");
  CHECK(newer.version("ModelManager", within(20)).value() == 11);
  CHECK(older.version("ModelManager", within(20)).value() == 10);
  auto none = older.version("Application", within(20));
  REQUIRE_FALSE(none);
  CHECK(none.error().text().find("3.6") != std::string::npos);
}

TEST_CASE("A wrong password is refused with who is refused and what to do", "[anywhere]") {
  Anywhere place;
  auto access = place.access();
  access.password = Secret("not-the-right-one");
  Session session(place.dialer, access, "");
  auto welcome = session.welcome(place.limit(20));
  REQUIRE_FALSE(welcome);
  CHECK(welcome.error().kind == ErrorKind::ask);
  CHECK(welcome.error().has_code(code::unauthorized));
  CHECK(welcome.error().text().find(place.user()) != std::string::npos);
  CHECK(welcome.error().text().find("juju login") != std::string::npos);
  CHECK(welcome.error().text().find("not-the-right-one") == std::string::npos);
}

TEST_CASE("A controller whose certificate another CA has signed is not believed", "[anywhere]") {
  Anywhere place;
  auto access = place.access();
  access.ca_pem = testing::make_ca("juju-ca").certificate_pem;  // of the same name
  Session session(place.dialer, access, "");
  auto welcome = session.welcome(place.limit(20));
  REQUIRE_FALSE(welcome);
  CHECK(welcome.error().kind == ErrorKind::ask);
  CHECK(welcome.error().text().find("not signed by the controller's CA") != std::string::npos);
}

TEST_CASE("A certificate for another server name is not believed") {
  JujuController controller({.data = data_folder(), .server_name = "somebody-else"});
  Fixture fixture;
  auto access = fixture.access();
  access.addresses = {controller.address()};
  access.ca_pem = controller.ca_pem();
  Session session(fixture.dialer, access, "");
  auto welcome = session.welcome(within(20));
  REQUIRE_FALSE(welcome);
  CHECK(welcome.error().text().find("juju-apiserver") != std::string::npos);
}

TEST_CASE("An expired certificate is named as such") {
  JujuController controller({.data = data_folder(), .certificate_days = -1});
  Fixture fixture;
  auto access = fixture.access();
  access.addresses = {controller.address()};
  access.ca_pem = controller.ca_pem();
  Session session(fixture.dialer, access, "");
  auto welcome = session.welcome(within(20));
  REQUIRE_FALSE(welcome);
  CHECK(welcome.error().text().find("expired") != std::string::npos);
}

TEST_CASE("Another controller at the same address is not taken for ours", "[anywhere]") {
  Anywhere place;
  auto access = place.access();
  access.controller_uuid = "11111111-0000-4000-8000-000000000000";
  Session session(place.dialer, access, "");
  auto welcome = session.welcome(place.limit(20));
  REQUIRE_FALSE(welcome);
  CHECK(welcome.error().text().find("another controller") != std::string::npos);
}

TEST_CASE("A model that is not there is told from a controller that is not", "[anywhere]") {
  Anywhere place;
  Controller controller(place.dialer, place.access());
  auto welcome = controller.model("00000000-0000-4000-8000-000000000000").welcome(place.limit(20));
  REQUIRE_FALSE(welcome);
  CHECK(welcome.error().has_code(code::model_not_found));
  auto bad = controller.model("nonsense").welcome(place.limit(20));
  REQUIRE_FALSE(bad);
  CHECK(bad.error().text().find("400") != std::string::npos);
}

TEST_CASE("The next address is tried when one does not answer", "[anywhere]") {
  Anywhere place;
  auto access = place.access();
  access.addresses = {"127.0.0.1:1", place.access().addresses.front()};
  Session session(place.dialer, access, "");
  CHECK(session.welcome(place.limit(20)));
  access.addresses = {"127.0.0.1:1"};
  Session nowhere(place.dialer, access, "");
  auto welcome = nowhere.welcome(place.limit(20));
  REQUIRE_FALSE(welcome);
  CHECK(welcome.error().kind == ErrorKind::retry);
}

TEST_CASE("A model on another controller is found by its redirection") {
  Fixture here, there;
  auto uuid = there.add_model();
  here.controller.redirect_models =
      JujuController::Elsewhere{there.controller.address(), there.controller.ca_pem()};
  Session session(here.dialer, here.access(), uuid);
  auto welcome = session.welcome(within(20));
  REQUIRE(welcome);
  CHECK(welcome->model_uuid == uuid);
}

TEST_CASE("Without a password the cookies of an earlier login are discharged into a macaroon login") {
  Fixture fixture;
  auto access = fixture.access();
  access.password = Secret();
  access.cookies = {
      {"macaroon-55ac", "127.0.0.1", "/auth", Secret(base64_encode(R"([{"i":"is-authenticated-user"}])"))}};
  Controller controller(fixture.dialer, access);
  auto welcome = controller.session().welcome(within(20));
  REQUIRE(welcome);
  CHECK(controller.session().macaroons().size() == 2);
  access.cookies.clear();
  Controller stranger(fixture.dialer, access);
  auto refused = stranger.session().welcome(within(20));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text().find("juju login") != std::string::npos);
}

TEST_CASE("Calls of many threads share one connection", "[anywhere]") {
  Anywhere place;
  const auto uuid = place.make_model("openstack");
  Controller controller(place.dialer, place.access());
  if (place.own) place.own->controller.server().delay(std::chrono::milliseconds(20));
  std::vector<std::future<bool>> calls;
  for (int i = 0; i < 16; ++i) {
    calls.push_back(std::async(std::launch::async, [&] {
      return controller.model(uuid)
          .call({"Client", "FullStatus", {{"patterns", nullptr}}, true}, place.limit(30))
          .ok();
    }));
  }
  for (auto& call : calls) CHECK(call.get());
  CHECK(controller.model(uuid).connections() == 1);
  place.no_violations();
}

TEST_CASE("A call ends at its limit and says what it waited for; the connection stays") {
  Fixture fixture;
  Controller controller(fixture.dialer, fixture.access());
  REQUIRE(controller.session().welcome(within(20)));
  fixture.controller.server().delay(std::chrono::seconds(30));
  auto late = controller.session().call({"Pinger", "Ping"}, Limit::of(std::chrono::milliseconds(50)));
  REQUIRE_FALSE(late);
  CHECK(late.error().kind == ErrorKind::retry);
  CHECK(late.error().text().find("Pinger.Ping") != std::string::npos);
  fixture.controller.server().delay(std::chrono::milliseconds(0));
  CHECK(controller.session().call({"Pinger", "Ping"}, within(20)));
  CHECK(controller.session().connections() == 1);
}

TEST_CASE("A call is stopped by its stop token") {
  Fixture fixture;
  Controller controller(fixture.dialer, fixture.access());
  REQUIRE(controller.session().welcome(within(20)));
  fixture.controller.server().delay(std::chrono::seconds(30));
  std::stop_source stop;
  auto call = std::async(std::launch::async, [&] {
    return controller.session().call({"Pinger", "Ping"}, within(60, stop.get_token()));
  });
  stop.request_stop();
  auto ended = call.get();
  REQUIRE_FALSE(ended);
  CHECK(ended.error().text().find("stopped") != std::string::npos);
}

TEST_CASE("Who may only read is refused what changes something") {
  Fixture fixture;
  fixture.controller.users["kim"] = {"kim-password", "read"};
  auto access = fixture.access();
  access.user = "kim";
  access.password = Secret("kim-password");
  Session session(fixture.dialer, access, "");
  CHECK(models(session, within(20)));
  auto made = create_model(session, {"m", "kim", "kube"}, within(20));
  REQUIRE_FALSE(made);
  CHECK(made.error().has_code(code::unauthorized));
  CHECK(made.error().text().find("juju grant") != std::string::npos);
}

}  // namespace microstack::juju
