#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <future>

#include "engine/host/local_host.h"
#include "tests/support/host_contract.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;

TEST_CASE("the local host keeps the contract of hosts") {
  if (::geteuid() != 0) return;  // switching users needs root
  testing::TemporaryFolder folder;
  LocalHost local;
  contracts::host(local, folder.path);
}

TEST_CASE("a command that leaves something in the background ends when it itself ends") {
  LocalHost local;
  Command command;
  command.argv = {"sh", "-c", "sleep 30 & echo $!"};
  const auto begin = std::chrono::steady_clock::now();
  const auto ended = run_ok(local, command);
  REQUIRE(ended.ok());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  ::kill(std::stoi(ended.value()), SIGKILL);
}

TEST_CASE("stopping a running command ends its whole process group") {
  testing::TemporaryFolder folder;
  LocalHost local;
  std::stop_source source;
  Command command;
  command.argv = {"sh", "-c", "sleep 60 & echo $!; wait"};
  long inner = 0;
  command.on_line = [&](std::string_view line) {
    inner = std::stol(std::string(line));
    source.request_stop();
  };
  const auto ended = local.run(command, source.get_token());
  REQUIRE_FALSE(ended.ok());
  CHECK(ended.error().kind == ErrorKind::retry);
  REQUIRE(inner > 0);
  bool gone = false;
  for (int i = 0; i < 500 && !gone; ++i) {
    std::error_code failed;
    const auto state = LocalHost().read("/proc/" + std::to_string(inner) + "/stat");
    gone = !state.ok() || !state.value() || state.value()->bytes.find(") Z") != std::string::npos;
    if (!gone) ::usleep(10'000);
  }
  CHECK(gone);
}

TEST_CASE("only the last 64 KiB of stderr are kept") {
  LocalHost local;
  Command command;
  command.argv = {"sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x >&2; echo end >&2"};
  const auto ended = local.run(command);
  REQUIRE(ended.ok());
  CHECK(ended.value().err.size() <= 64 * 1024);
  CHECK(ended.value().err.ends_with("end\n"));
}

TEST_CASE("writing a file replaces a symbolic link and leaves what it points to alone") {
  if (::geteuid() != 0) return;
  testing::TemporaryFolder folder;
  LocalHost local;
  REQUIRE(local.write(folder.path + "/target", {"kept"}).ok());
  std::filesystem::create_symlink(folder.path + "/target", folder.path + "/link");
  REQUIRE(local.write(folder.path + "/link", {"new"}).ok());
  CHECK(local.read(folder.path + "/target").value()->bytes == "kept");
  CHECK(local.read(folder.path + "/link").value()->bytes == "new");
}
