#include <catch2/catch.hpp>

#include "engine/host/carried.h"
#include "engine/host/ssh_host.h"

using namespace microstack;

TEST_CASE("what ssh says becomes an error with a kind and a way out") {
  SshTarget target;
  target.host = "rack1";
  const auto kind = [&](const char* said) { return ssh_error(said, target)->kind; };
  CHECK(kind("Host key verification failed.\r\n") == ErrorKind::ask);
  CHECK(
      kind(
          "No ED25519 host key is known for microstack-pinned and you have requested strict checking.\r\n") ==
      ErrorKind::ask);
  CHECK(kind("root@rack1: Permission denied (publickey).\r\n") == ErrorKind::ask);
  CHECK(kind("ssh: Could not resolve hostname rack1: Name or service not known\r\n") == ErrorKind::ask);
  CHECK(kind("ssh: connect to host rack1 port 22: Connection refused\r\n") == ErrorKind::retry);
  CHECK(kind("ssh: connect to host rack1 port 22: No route to host\r\n") == ErrorKind::retry);
  CHECK_FALSE(ssh_error("ls: cannot access 'x'", target).has_value());
  CHECK(ssh_error("Host key verification failed.", target)->attribute ==
        std::vector<std::string>{"host_key"});
}

TEST_CASE("a host without a pinned key is refused before anything is sent") {
  SshTarget target;
  target.host = "rack1";
  const auto host = SshHost::open(target);
  REQUIRE_FALSE(host.ok());
  CHECK(host.error().attribute == std::vector<std::string>{"host_key"});
}

TEST_CASE("a host name that ssh would take for an option is refused") {
  SshTarget target;
  target.host = "-oProxyCommand=id";
  target.host_key = "ssh-ed25519 AAAAC3Nz";
  CHECK_FALSE(SshHost::open(target).ok());
}

TEST_CASE("a carried command shows no environment value in its arguments") {
  Command command;
  command.argv = {"true"};
  command.env = {{"OS_PASSWORD", "hunter2"}};
  const auto carried = carry(command);
  REQUIRE(carried.ok());
  for (const auto& argument : carried.value().argv) CHECK(argument.find("hunter2") == std::string::npos);
  CHECK(carried.value().stdin_text == "OS_PASSWORD=hunter2\n\n");
  command.env = {{"A", "b\nc"}};
  CHECK_FALSE(carry(command).ok());
}
