#include "engine/catalogue/deployment.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "engine/base/file.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;

namespace {

Status named(Deployment& deployment) {
  deployment.cluster.name = "demo";
  return {};
}

}  // namespace

TEST_CASE("a deployment is written first at revision 0 and counts up with every edit") {
  const testing::TemporaryFolder folder;
  const DeploymentFile file(folder.path + "/deep/deployment.json");
  CHECK(file.read().value() == std::nullopt);
  const auto first = file.edit(0, named);
  REQUIRE(first);
  CHECK(first->revision == 1);
  const auto second = file.patch(1, {{"members", {{"n1", {{"name", "n1"}, {"roles", {"compute"}}}}}},
                                     {"components", {{"heat", {{"by", "terraform"}}}}}});
  if (!second) FAIL(second.error().text());
  CHECK(second->members.at("n1").roles.at(0) == "compute");
  const auto third = file.patch(2, {{"members", {{"n1", nullptr}}}});
  REQUIRE(third);
  CHECK(third->members.empty());
  CHECK(to_json(file.read().value().value()) == to_json(*third));
}

TEST_CASE("an edit on top of an old revision is refused and changes nothing") {
  const testing::TemporaryFolder folder;
  const DeploymentFile file(folder.path + "/deployment.json");
  REQUIRE(file.edit(0, named));
  const auto before = read_file(folder.path + "/deployment.json").value();
  for (const std::int64_t old : {0, 2}) {
    const auto late = file.edit(old, named);
    REQUIRE_FALSE(late);
    CHECK(late.error().has_code("revision"));
  }
  CHECK_FALSE(file.edit(1, [](Deployment&) -> Status { return ask("no"); }));
  CHECK_FALSE(file.patch(1, {{"members", {{"n1", {{"name", "other"}, {"roles", {"compute"}}}}}}}));
  CHECK_FALSE(file.patch(1, {{"oops", 1}}));
  CHECK_FALSE(file.patch(1, {{"revision", 7}}));
  CHECK_FALSE(file.patch(1, Json::array()));
  CHECK(read_file(folder.path + "/deployment.json").value() == before);
}

TEST_CASE("of many edits at once each one counts once") {
  const testing::TemporaryFolder folder;
  const DeploymentFile file(folder.path + "/deployment.json");
  REQUIRE(file.edit(0, named));
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int done = 0; done < 5;) {
          const auto now = file.read().value().value();
          const auto edited = file.edit(now.revision, [&](Deployment& deployment) -> Status {
            deployment.wish[std::to_string(t * 10 + done)] = true;
            return {};
          });
          if (edited) ++done;
        }
      });
  }
  const auto all = file.read().value().value();
  CHECK(all.wish.size() == 20);
  CHECK(all.revision == 21);
}

TEST_CASE("a newer format is refused before anything else of it is looked at") {
  const testing::TemporaryFolder folder;
  const auto path = folder.path + "/deployment.json";
  REQUIRE(write_file(path, R"({"format": 2, "revision": 5, "whatever": []})"));
  const auto read = DeploymentFile(path).read();
  REQUIRE_FALSE(read);
  CHECK(read.error().what == "the deployment has format 2, this program understands up to 1");
  CHECK_FALSE(DeploymentFile(path).edit(5, named));
  CHECK(read_file(path).value().value().find("whatever") != std::string::npos);
}

TEST_CASE("a damaged file is an error with its line, never an empty deployment") {
  const testing::TemporaryFolder folder;
  const auto path = folder.path + "/deployment.json";
  REQUIRE(write_file(path, "{\n  \"format\": 1,"));
  const auto read = DeploymentFile(path).read();
  REQUIRE_FALSE(read);
  CHECK(read.error().where == path + ":2");
}
