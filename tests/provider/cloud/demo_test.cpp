#include "provider/resources/demo.h"

#include "tests/provider/cloud/stage.h"

using namespace microstack;
using namespace microstack::provider;
using Catch::Contains;

TEST_CASE_METHOD(Stage, "tools that build the demo's guest are asked for at plan") {
  const auto demo = demo_resource(clouds);
  const auto id = made_cluster();
  world["guest_missing"] = {"xz-utils", "mtools"};
  tell();

  SECTION("missing ones are named, with their cure") {
    plan(*demo, {}, config(*demo, {{"cluster_id", id}}));
    CHECK_THAT(error(), Contains("missing: xz-utils mtools"));
    CHECK_THAT(error(), Contains("apt-get install xz-utils mtools"));
  }
  SECTION("for a cluster that does not exist yet, too") {
    auto asked = config(*demo, {{"cluster_id", id}});
    asked.set_member("cluster_id", Value::unknown());
    plan(*demo, {}, asked);
    CHECK_THAT(error(), Contains("missing: xz-utils mtools"));
  }
  SECTION("an image of one's own takes none") {
    plan(*demo, {}, config(*demo, {{"cluster_id", id}, {"image", {{"name", "own"}, {"file", "/image"}}}}));
    CHECK(error() == "");
    CHECK(calls("guest check") == 0);
  }
  SECTION("a host that cannot tell is looked at in apply") {
    world["dies"] = true;
    tell();
    plan(*demo, {}, config(*demo, {{"cluster_id", id}}));
    CHECK(error() == "");
    CHECK_THAT(warning(), Contains("looked at in apply"));
  }
}
