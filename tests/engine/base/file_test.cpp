#include "engine/base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "engine/base/neighbour.h"

#include "tests/support/temporary_folder.h"

using namespace microstack;

TEST_CASE("a file is written whole, with its mode and its folders, and read back") {
  const testing::TemporaryFolder folder;
  const auto path = folder.path + "/a/b/secret";
  REQUIRE(write_file(path, std::string("x\0y", 3), 0600, 0700));
  CHECK(read_file(path).value() == std::string("x\0y", 3));
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
  REQUIRE(write_file(path, "new", 0644));
  CHECK(read_file(path).value() == "new");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path + "/a/b"), {}) == 1);
}

TEST_CASE("a file that is not there reads as nothing and is removed without an error") {
  const testing::TemporaryFolder folder;
  CHECK(read_file(folder.path + "/none").value() == std::nullopt);
  CHECK(read_file(folder.path + "/none/inner").value() == std::nullopt);
  CHECK(remove_file(folder.path + "/none"));
  CHECK_FALSE(read_file(folder.path));
}

TEST_CASE("a write that cannot be finished leaves the old file and no neighbour") {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder.path + "/taken");
  const auto status = write_file(folder.path + "/taken", "x");  // a folder is in the way of the rename
  REQUIRE_FALSE(status);
  CHECK(status.error().where == folder.path + "/taken");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("what a killed writer left is gone with the next write, and with the file") {
  const testing::TemporaryFolder folder;
  const auto path = folder.path + "/state", left = neighbour_of(path);
  const auto leave = [&] { std::ofstream(left) << "half of a much longer content"; };
  leave();
  REQUIRE(write_file(path, "whole"));
  CHECK(read_file(path).value() == "whole");
  CHECK_FALSE(std::filesystem::exists(left));
  leave();
  CHECK(remove_file(path));
  CHECK(std::filesystem::is_empty(folder.path));
  std::filesystem::create_symlink("/dev/null", left);  // no file of ours: not written through
  REQUIRE(write_file(path, "whole"));
  CHECK(std::filesystem::is_regular_file(std::filesystem::symlink_status(path)));
  CHECK_FALSE(std::filesystem::is_symlink(std::filesystem::symlink_status(left)));
}

TEST_CASE("of many who write one file at once each writes a whole one") {
  const testing::TemporaryFolder folder;
  const auto path = folder.path + "/state";
  std::atomic<int> failed = 0;
  std::vector<std::thread> writers;
  for (char c : std::string("abcd"))
    writers.emplace_back([&, c] {
      for (int i = 0; i < 5; ++i)
        if (!write_file(path, std::string(10000, c))) ++failed;
    });
  for (auto& writer : writers) writer.join();
  CHECK(failed == 0);
  const auto text = read_file(path).value().value();
  CHECK(text == std::string(10000, text[0]));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}

TEST_CASE("a lock has one holder, and is free again when it is let go") {
  const testing::TemporaryFolder folder;
  const auto path = folder.path + "/lock";
  {
    auto first = FileLock::try_take(path);
    REQUIRE(first);
    REQUIRE(first->has_value());
    CHECK_FALSE(FileLock::try_take(path)->has_value());
    const auto late = FileLock::take(path, 0.05);
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == ErrorKind::retry);
  }
  CHECK(FileLock::take(path, 0));
}
