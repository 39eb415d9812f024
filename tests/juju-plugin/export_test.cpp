#include "juju-plugin/format/hcl.h"
#include "tests/juju-plugin/stage.h"

using namespace microstack;
using namespace microstack::plugin;

TEST_CASE("a cloud is exported with an import block for everything that is there") {
  Stage stage;
  REQUIRE(stage.run({"configure", "--cidr", "172.24.4.0/24", "--servers", "2"}).code == 0);
  const auto ran = stage.run({"export"});
  INFO(ran.err);
  CHECK(ran.code == 0);
  require_golden(MS_SOURCE_DIR, "export.tf", ran.out);
}

TEST_CASE("a file that is there is not overwritten") {
  Stage stage;
  const auto file = stage.folder + "/main.tf";
  CHECK(stage.run({"export", "-o", file}).code == 0);
  CHECK(stage.run({"export", "-o", file}).code == 4);
  CHECK(stage.run({"export", "-o", file, "--force"}).code == 0);
}

TEST_CASE("texts are HCL's own, whatever they hold") {
  CHECK(hcl_value("a \"b\" \\ ${c} %{d}\n") == R"("a \"b\" \\ $${c} %%{d}\n")");
  CHECK(hcl_value(Json::object()) == "{}");
  CHECK(hcl_value(Json::array({"a", 1, true})) == R"(["a", 1, true])");
  CHECK(hcl_value("=a.b.id") == "a.b.id");
  CHECK(hcl_name("10.0.0.1") == "_10_0_0_1");
}
