#include "tests/support/fake_host.h"

#include "tests/support/host_contract.h"

using namespace microstack;

TEST_CASE("the fake host keeps the contract of hosts") {
  FakeHost fake;
  contracts::host(fake, "/srv/test");
}

TEST_CASE("the fake host's units behave as systemd's") {
  FakeHost fake;
  fake.package_units["nova-api"] = {"nova-api"};
  const auto run = [&](std::vector<std::string> argv) {
    return fake.run(contracts::command(std::move(argv))).value();
  };
  CHECK(run({"systemctl", "start", "nova-api"}).exit_code == 5);
  CHECK(run({"apt-get", "-y", "-o", "Dpkg::Use-Pty=0", "install", "nova-api"}).ok());
  CHECK(run({"dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\\n", "nova-api"}).out ==
        "nova-api installed\n");
  CHECK(run({"systemctl", "enable", "--now", "nova-api.service"}).ok());
  CHECK(run({"systemctl", "is-active", "nova-api"}).out == "active\n");
  CHECK(run({"systemctl", "mask", "--now", "nova-api"}).ok());
  CHECK(run({"systemctl", "is-active", "nova-api"}).exit_code == 3);
  CHECK(run({"systemctl", "restart", "nova-api"}).exit_code == 1);
  CHECK(run({"systemctl", "show", "-p", "ActiveState", "nova-api"}).out.find("LoadState=masked") !=
        std::string::npos);
}

TEST_CASE("a call of the fake host can be made to fail, or its answer to be lost") {
  FakeHost fake;
  fake.fail_call(2);
  CHECK(fake.write("/a", {"1"}).ok());
  CHECK_FALSE(fake.write("/a", {"2"}).ok());
  CHECK(fake.text("/a") == "1");
  fake.lose_answer_of_call(1);
  CHECK_FALSE(fake.write("/a", {"3"}).ok());
  CHECK(fake.text("/a") == "3");
}
