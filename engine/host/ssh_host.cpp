#include "engine/host/ssh_host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "engine/host/carried.h"
#include "engine/host/process.h"

namespace microstack {

namespace {

// ssh refuses key files that others can read; a memory file has no name and can be given mode 0600.
class MemoryFile {
 public:
  MemoryFile() = default;
  MemoryFile(const MemoryFile&) = delete;
  ~MemoryFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  Status fill(const std::string& text) {
    fd_ = ::memfd_create("key", MFD_CLOEXEC);
    const bool whole = fd_ >= 0 && ::fchmod(fd_, 0600) == 0 &&
                       ::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (!whole) return give_up(fmt::format("cannot hold the SSH key in memory: {}", strerror(errno)));
    return {};
  }
  bool filled() const { return fd_ >= 0; }
  std::string path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), fd_); }

 private:
  int fd_ = -1;
};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_public_key(const std::string& key) {
  const auto space = key.find(' ');
  if (space == std::string::npos || key.find('\n') != std::string::npos) return false;
  const bool type = key.starts_with("ssh-") || key.starts_with("ecdsa-sha2-") || key.starts_with("sk-");
  return type && key.compare(space + 1, 4, "AAAA") == 0;
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name[0] != '-' && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || strchr("._-:%@", c);
  });
}

Status check(const SshTarget& target) {
  const auto where = fmt::format("ssh://{}", target.host);
  if (!is_plain_name(target.host))
    return ask(fmt::format("'{}' is no host name", target.host), where, {}, {"host"});
  if (!is_plain_name(target.user))
    return ask(fmt::format("'{}' is no user name", target.user), where, {}, {"user"});
  if (target.port < 1 || target.port > 65535)
    return ask(fmt::format("{} is no port", target.port), where, {}, {"port"});
  if (target.host_key.empty() && target.host_ca.empty())
    return ask("the host key is not known", where,
               fmt::format(
                   "give it; the machine's own console shows it with: cat /etc/ssh/ssh_host_ed25519_key.pub"),
               {"host_key"});
  for (const auto& key : {target.host_key, target.host_ca})
    if (!key.empty() && !is_public_key(key))
      return ask("the host key is not of the form 'ssh-ed25519 AAAA...'", where, {}, {"host_key"});
  if (target.jump) {
    if (auto status = check(*target.jump); !status)
      return doing(fmt::format("reading the jump host of {}", target.host), std::move(status).error());
  }
  return {};
}

}  // namespace

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::optional<Error> ssh_error(const std::string& said, const SshTarget& target) {
  const auto where = fmt::format("ssh://{}@{}:{}", target.user, target.host, target.port);
  auto error = [&]() -> std::optional<Error> {
    if (has(said, "HOST IDENTIFICATION HAS CHANGED") || has(said, "Host key verification failed") ||
        has(said, "host key is known for"))
      return ask("the host key is not the pinned one", where,
                 "if the machine was installed anew, read its key on its own console and give that; "
                 "otherwise somebody is "
                 "in between",
                 {"host_key"});
    if (has(said, "Permission denied (") || has(said, "Too many authentication failures"))
      return ask("access was refused", where,
                 "give the private key of a public key in that user's authorized_keys", {"private_key"});
    if (has(said, "UNPROTECTED PRIVATE KEY FILE") || has(said, "invalid format") ||
        has(said, "error in libcrypto"))
      return ask("the private key cannot be used", where, {}, {"private_key"});
    if (has(said, "Could not resolve hostname"))
      return ask("the host name has no address", where, "check the name, or give the address", {"host"});
    for (const char* words :
         {"Connection refused", "Connection timed out", "No route to host", "Network is unreachable",
          "Connection closed by", "Connection reset by", "kex_exchange_identification", "Operation timed out",
          "banner exchange", "client_loop: send disconnect", "mux_client", "not responding", "Broken pipe"})
      if (has(said, words))
        return retry("the host cannot be reached", where,
                     "check that it runs, and its address, port and firewall");
    return std::nullopt;
  }();
  if (error && !said.empty())
    error->causes.push_back(give_up(said.substr(0, said.find_last_not_of("\r\n") + 1)));
  return error;
}

struct SshHost::Session {
  SshTarget target;
  MemoryFile key;
  std::string folder;  // private: known_hosts, control socket
  std::unique_ptr<Session> jump;

  ~Session() {
    std::error_code ignored;
    if (!folder.empty()) std::filesystem::remove_all(folder, ignored);
  }

  Status prepare() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    // A socket's path has at most 107 characters, and ssh appends 17 to it while it makes it.
    folder =
        (runtime && strlen(runtime) < 40 && ::access(runtime, W_OK) == 0 ? std::string(runtime) : "/tmp") +
        "/ms-ssh-XXXXXX";
    if (!::mkdtemp(folder.data())) {
      folder.clear();
      return give_up(fmt::format("no private folder for the SSH connection: {}", strerror(errno)));
    }
    std::string known;
    if (!target.host_key.empty()) known += "microstack-pinned " + target.host_key + "\n";
    if (!target.host_ca.empty()) known += "@cert-authority microstack-pinned " + target.host_ca + "\n";
    if (!write_all(folder + "/known_hosts", known)) return give_up("cannot write", folder + "/known_hosts");
    if (!target.key.empty()) {
      auto text = target.key.reveal();
      if (!text.ends_with('\n')) text += '\n';  // ssh calls a key without it invalid
      MS_CHECK(key.fill(text));
    }
    if (target.jump) {
      jump = std::make_unique<Session>();
      jump->target = *target.jump;
      MS_CHECK(jump->prepare());
    }
    return {};
  }

  static bool write_all(const std::string& path, const std::string& text) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool whole = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (fd >= 0) ::close(fd);
    return whole;
  }

  std::vector<std::string> arguments() const {
    std::vector<std::string> out{"ssh", "-F", "none",      "-T", "-x",
                                 "-a",  "-l", target.user, "-p", std::to_string(target.port)};
    const auto option = [&out](std::string text) {
      out.emplace_back("-o");
      out.push_back(std::move(text));
    };
    option("BatchMode=yes");
    option("StrictHostKeyChecking=yes");
    option("UserKnownHostsFile=" + folder + "/known_hosts");
    option("GlobalKnownHostsFile=/dev/null");
    option("HostKeyAlias=microstack-pinned");
    option("UpdateHostKeys=no");
    option("VerifyHostKeyDNS=no");
    option("PreferredAuthentications=publickey");
    option("LogLevel=ERROR");
    option("ConnectTimeout=" + std::to_string(target.connect_timeout_s));
    option("ServerAliveInterval=10");
    option("ServerAliveCountMax=3");
    option("ControlMaster=auto");
    option("ControlPath=" + folder + "/c");
    option("ControlPersist=60");
    if (key.filled() || !target.key_file.empty()) {
      option("IdentitiesOnly=yes");
      option("IdentityAgent=none");
      option("IdentityFile=" + (key.filled() ? key.path() : target.key_file));
    } else if (!target.agent_socket.empty()) {
      option("IdentityAgent=" + target.agent_socket);
    }
    if (!target.certificate_file.empty()) option("CertificateFile=" + target.certificate_file);
    if (jump) option("ProxyCommand=" + jump->proxy_command());
    return out;
  }

  // -J would give the jump host none of our options; it needs its own pinned key.
  std::string proxy_command() const {
    auto words = arguments();
    // The outer connection is shared already; a master that outlives this one would hold its pipe.
    words.insert(words.begin() + 1, {"-o", "ControlMaster=no", "-o", "ControlPath=none"});
    words.insert(words.end(), {"-W", "[%h]:%p", "--", target.host});
    std::string out;  // ssh puts an exec before it
    for (const auto& word : words) {
      std::string escaped;
      for (const char c : word) escaped += c == '%' && word != "[%h]:%p" ? "%%" : std::string(1, c);
      out += (out.empty() ? "" : " ") + shell_quoted(escaped);
    }
    return out;
  }

  std::vector<std::string> environment() const {
    const char* home = std::getenv("HOME");
    auto out = minimal_environment(home ? home : "/root");
    if (const char* agent = std::getenv("SSH_AUTH_SOCK"))
      out.push_back(std::string("SSH_AUTH_SOCK=") + agent);
    return out;
  }

  Process process(const std::vector<std::string>& remote) const {
    Process out;
    out.argv = arguments();
    out.argv.emplace_back("--");
    out.argv.push_back(target.host);
    std::string line = "exec";
    for (const auto& word : remote) line += " " + shell_quoted(word);
    out.argv.push_back(std::move(line));
    out.environment = environment();
    return out;
  }

  void end_connection() const {
    Process out;
    out.argv = arguments();
    out.argv.insert(out.argv.end(), {"-O", "exit", "--", target.host});
    out.environment = environment();
    out.limit = std::chrono::seconds(5);
    if (::access((folder + "/c").c_str(), F_OK) == 0) (void)run_process(out).ok();
    if (jump) jump->end_connection();
  }
};

SshHost::SshHost(std::unique_ptr<Session> session) : session_(std::move(session)) {}
SshHost::~SshHost() {
  session_->end_connection();
}

Result<std::unique_ptr<SshHost>> SshHost::open(SshTarget target) {
  MS_CHECK(check(target));
  auto session = std::make_unique<Session>();
  session->target = std::move(target);
  MS_CHECK(session->prepare());
  return std::unique_ptr<SshHost>(new SshHost(std::move(session)));
}

std::string SshHost::name() const {
  return session_->target.host;
}

Result<CommandResult> SshHost::run(const Command& command, std::stop_token stop) {
  const auto& target = session_->target;
  MS_TRY(auto carried, carry(command, true));
  std::vector<std::string> remote;
  const bool sudo = target.user != "root";
  if (sudo) remote = {"sudo", "-n", "--"};
  remote.insert(remote.end(), carried.argv.begin(), carried.argv.end());
  auto process = session_->process(remote);
  process.stdin_text = std::move(carried.stdin_text);
  process.stdin_file = command.stdin_file;
  process.limit = command.limit;
  process.on_line = command.on_line;

  // Ending the local ssh leaves the command running over there: its group is ended over the same connection.
  std::string said;
  process.on_error_bytes = [&said](std::string_view bytes) {
    if (said.size() < 4096) said.append(bytes);
  };
  process.on_end_early = [&] {
    const auto group = take_group(said);
    if (!group) return;
    constexpr const char* script =
        "kill -s TERM -- \"-$1\"; sleep 0.5; kill -s KILL -- \"-$1\" 2>/dev/null; :";
    std::vector<std::string> ending{"sh", "-c", script, "sh", std::to_string(*group)};
    if (sudo) ending.insert(ending.begin(), {"sudo", "-n", "--"});
    auto end = session_->process(ending);
    end.limit = std::chrono::seconds(10);
    (void)run_process(end).ok();
  };
  MS_TRY(auto result, run_process(process, std::move(stop)));

  const bool began = take_group(result.err).has_value();
  if (result.exit_code == 127 && result.err.starts_with("ssh: no such program"))
    return ask("there is no ssh program here", "local", "install openssh-client");
  if (!began || result.exit_code == 255) {
    if (auto error = ssh_error(result.err, target)) return std::move(*error);
  }
  if (!began && sudo && has(result.err, "sudo"))
    return ask("the user cannot become root without a password",
               fmt::format("ssh://{}@{}", target.user, target.host),
               "allow it in /etc/sudoers.d: USER ALL=(ALL) NOPASSWD: ALL, or give a user that may", {"user"});
  if (!began) {
    auto error =
        retry("the command could not be started", fmt::format("ssh://{}@{}", target.user, target.host));
    error.causes.push_back(give_up(fmt::format("exit code {}: {}", result.exit_code, result.err)));
    return error;
  }
  return carried_back(std::move(result), command, name());
}

Result<std::optional<FileContent>> SshHost::read(const std::string& path) {
  return read_by_command(*this, path);
}
Status SshHost::write(const std::string& path, const FileContent& content) {
  return write_by_command(*this, path, content);
}
Status SshHost::remove(const std::string& path) {
  return remove_by_command(*this, path);
}

}  // namespace microstack
