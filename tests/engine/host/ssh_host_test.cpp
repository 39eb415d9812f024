// Against a real sshd of our own on a free loopback port, with keys made for the test.
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/host/local_host.h"
#include "engine/host/process.h"
#include "engine/host/ssh_host.h"
#include "tests/support/host_contract.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;

namespace {

std::string slurp(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(fd);
  return ntohs(address.sin_port);
}

struct Sshd {
  testing::TemporaryFolder temporary{"/root"};  // sshd wants its files below folders only root may write
  const std::string folder = temporary.path;
  int port = free_port();

  Sshd() {
    for (const auto* key : {"host", "user", "other", "ca"})
      must({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder + "/" + key});
    must({"ssh-keygen", "-q", "-s", folder + "/ca", "-I", "host", "-h", "-n", "microstack-pinned",
          folder + "/host.pub"});
    must({"cp", folder + "/user.pub", folder + "/authorized_keys"});
    std::filesystem::create_directories("/run/sshd");
    std::ofstream(folder + "/config")
        << "Port " << port << "\nListenAddress 127.0.0.1\nHostKey " << folder << "/host\nHostCertificate "
        << folder << "/host-cert.pub\nAuthorizedKeysFile " << folder << "/authorized_keys\nPidFile " << folder
        << "/pid\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n";
    must({"/usr/sbin/sshd", "-f", folder + "/config"});
    for (int i = 0; i < 500 && slurp(folder + "/pid").empty(); ++i) ::usleep(10'000);
  }
  ~Sshd() {
    // sshd removes its pid file as it ends: only when that is gone may the folder be walked.
    if (const auto pid = slurp(folder + "/pid"); !pid.empty()) ::kill(std::stoi(pid), SIGTERM);
    for (int i = 0; i < 500 && std::filesystem::exists(folder + "/pid"); ++i) ::usleep(10'000);
  }
  void must(std::vector<std::string> argv) {
    LocalHost local;
    const auto done = run_ok(local, contracts::command(std::move(argv)));
    if (!done.ok()) FAIL(done.error().text());
  }
  std::string public_key(const std::string& name) {
    const auto text = slurp(folder + "/" + name + ".pub");
    return text.substr(0, text.find(' ', text.find(' ') + 1));
  }
  SshTarget target() {
    SshTarget out;
    out.host = "127.0.0.1";
    out.port = port;
    out.host_key = public_key("host");
    out.key_file = folder + "/user";
    return out;
  }
};

Error refused(SshTarget target) {
  auto host = SshHost::open(std::move(target));
  REQUIRE(host.ok());
  auto answer = host.value()->run(contracts::command({"true"}));
  REQUIRE_FALSE(answer.ok());
  return answer.error();
}

}  // namespace

TEST_CASE("a host over ssh keeps the contract of hosts, and its errors have names") {
  if (::geteuid() != 0) return;
  Sshd sshd;
  {
    auto host = SshHost::open(sshd.target());
    REQUIRE(host.ok());
    contracts::host(*host.value(), sshd.folder + "/files");
  }
  {  // the key in memory, the host trusted through its CA, over a jump host
    auto target = sshd.target();
    target.key_file.clear();
    target.key = Secret(slurp(sshd.folder + "/user"));
    target.host_key.clear();
    target.host_ca = sshd.public_key("ca");
    target.jump = std::make_shared<SshTarget>(sshd.target());
    auto host = SshHost::open(target);
    REQUIRE(host.ok());
    const auto said = run_ok(*host.value(), contracts::command({"printf", "%s", "over two"}));
    if (!said.ok()) FAIL(said.error().text());
    CHECK(said.value() == "over two");
  }
  {
    auto target = sshd.target();
    target.host_key = sshd.public_key("other");
    CHECK(refused(target).what == "the host key is not the pinned one");
    target = sshd.target();
    target.key_file = sshd.folder + "/other";
    CHECK(refused(target).what == "access was refused");
    target = sshd.target();
    target.port = free_port();
    CHECK(refused(target).kind == ErrorKind::retry);
    CHECK(refused(target).what == "the host cannot be reached");
  }
  {  // the limit ends the command over there too
    auto host = SshHost::open(sshd.target());
    auto slow = contracts::command({"sh", "-c", "echo $$; sleep 61; :"});
    slow.limit = std::chrono::milliseconds(1500);
    long pid = 0;
    slow.on_line = [&pid](std::string_view line) { pid = std::stol(std::string(line)); };
    CHECK_FALSE(host.value()->run(slow).ok());
    REQUIRE(pid > 1);
    bool gone = false;
    for (int i = 0; i < 500 && !gone; ++i) {
      gone = ::kill(static_cast<pid_t>(pid), 0) != 0;
      if (!gone) ::usleep(10'000);
    }
    CHECK(gone);
  }
}
