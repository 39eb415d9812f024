#include "engine/plan/journal.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "engine/base/file.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;

namespace {

std::size_t lines_in(const std::string& path) {
  const auto text = read_file(path).value().value();
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a journal remembers how long a step took when it last went well") {
  const testing::TemporaryFolder folder;
  const auto path = folder.path + "/deep/journal";
  {
    auto journal = Journal::open(path);
    REQUIRE(journal);
    journal->begin("r1", "a");
    journal->end("r1", "a", 2.5);
    journal->end("r1", "b", 9, "it failed");
    CHECK(journal->last_seconds("a") == 2.5);
  }
  const auto again = Journal::open(path);
  REQUIRE(again);
  CHECK(again->last_seconds("a") == 2.5);
  CHECK(again->last_seconds("b") < 0);
  CHECK(again->last_seconds("never") < 0);
}

TEST_CASE("a journal cut off at any byte is read up to its last whole line and goes on from there") {
  const testing::TemporaryFolder folder;
  const auto path = folder.path + "/journal";
  {
    auto journal = Journal::open(path);
    for (int i = 0; i < 3; ++i) journal->end("r", "step" + std::to_string(i), i + 1);
  }
  const auto whole = read_file(path).value().value();
  std::size_t lines = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    if (size > 0 && whole[size - 1] == '\n') ++lines;
    REQUIRE(write_file(path, whole.substr(0, size)));
    {
      auto journal = Journal::open(path);
      REQUIRE(journal);
      for (std::size_t i = 0; i < 3; ++i)
        REQUIRE(journal->last_seconds("step" + std::to_string(i)) ==
                (i < lines ? static_cast<double>(i + 1) : -1));
      journal->end("r", "later", 7);
    }
    REQUIRE(lines_in(path) == lines + 1);
    REQUIRE(Journal::open(path)->last_seconds("later") == 7);
  }
}

TEST_CASE("a journal keeps only its last lines") {
  const testing::TemporaryFolder folder;
  const auto path = folder.path + "/journal";
  {
    auto journal = Journal::open(path);
    for (int i = 0; i < 30; ++i) journal->end("r", "step" + std::to_string(i), i);
  }
  const auto journal = Journal::open(path, 10);
  CHECK(lines_in(path) == 10);
  CHECK(Journal::open(path, 10)->last_seconds("step29") == 29);
  CHECK(Journal::open(path, 10)->last_seconds("step19") < 0);
}
