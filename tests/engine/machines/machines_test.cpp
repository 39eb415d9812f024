#include "engine/machines/machines.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "engine/base/file.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;

TEST_CASE("a machine whose record a newer program wrote is listed as unreadable and hides no other") {
  const testing::TemporaryFolder temporary;
  const auto& folder = temporary.path;
  LocalHost host;
  Machines machines({folder + "/state", folder + "/run", folder + "/cache"}, host);
  REQUIRE(write_file(machines.folder("other", "one") + "/machine.json", R"({"from":"the future"})").ok());
  const auto list = machines.list();
  REQUIRE(list.ok());
  REQUIRE(list->size() == 1);
  CHECK(list->front().cluster == "other");
  CHECK(list->front().name == "one");
  CHECK(list->front().state == "unreadable");
  CHECK(list->front().leader == 0);
  CHECK_FALSE(machines.status("other", "one").ok());
}
