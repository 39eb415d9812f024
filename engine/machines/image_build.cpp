#include "engine/machines/image_build.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/base/file.h"

namespace microstack {

namespace fs = std::filesystem;

namespace {

// What a machine needs to be one, whatever runs in it.
const std::vector<std::string> kBasePackages{
    "systemd",  "systemd-sysv", "dbus",     "udev",    "openssh-server",  "sudo",
    "iproute2", "iputils-ping", "nftables", "ethtool", "ca-certificates", "python3-minimal",
    "procps",   "kmod",         "curl",     "less",    "socat",           "libcurl4t64"};

// Not while an image is made: what they write is made at the end, or is not needed at all.
const std::vector<std::string> kStubs{"py3compile", "update-initramfs", "mandb", "gtk-update-icon-cache",
                                      "update-mime-database"};

// Packages would otherwise make databases and register endpoints with answers of their own.
constexpr const char* kAnswers = R"(dbconfig-common dbconfig-common/dbconfig-install boolean false
dbconfig-common dbconfig-common/dbconfig-upgrade boolean false
keystone keystone/create-admin-tenant boolean false
)";
const std::vector<std::string> kConfigured{
    "keystone",  "glance",  "placement", "nova",   "neutron", "cinder",  "heat",       "barbican",
    "designate", "octavia", "magnum",    "manila", "aodh",    "gnocchi", "ceilometer", "horizon"};

// Only these are enabled; the node's own plan enables the rest.
constexpr const char* kPreset = R"(enable ssh.service
enable systemd-networkd.service
disable *
)";

constexpr const char* kSshd = R"(PermitRootLogin prohibit-password
PasswordAuthentication no
UseDNS no
)";

constexpr const char* kJournal = R"([Journal]
SystemMaxUse=128M
RuntimeMaxUse=64M
)";

std::string answers() {
  std::string out = kAnswers;
  for (const auto& project : kConfigured) {
    for (const auto* part : {"", "-common", "-api"}) {
      const auto package = project + part;
      for (const auto* question : {"configure_db", "register-endpoint", "dbconfig-install"}) {
        out += fmt::format("{} {}/{} boolean false\n", package, project, question);
        if (*part) out += fmt::format("{} {}/{} boolean false\n", package, package, question);
      }
    }
  }
  return out;
}

Error explain(const std::string& what, const std::string& said, const ImageSpec& spec) {
  const auto has = [&said](const char* words) { return said.find(words) != std::string::npos; };
  const auto line = [&said](const char* words) {
    const auto at = said.find(words);
    const auto begin = said.rfind('\n', at) + 1;
    return said.substr(begin, said.find('\n', at) - begin);
  };
  if (has("No space left on device"))
    return ask("the disk is full", spec.suite, "free space, or move the cache with MICROSTACK_CACHE");
  for (const auto* words :
       {"Unable to locate package", "has no installation candidate", "Couldn't find these debs"})
    if (has(words))
      return ask(fmt::format("a package cannot be had: {}", line(words)), spec.mirror,
                 fmt::format("check its name and that {} carries it", spec.suite), {"image", "packages"});
  for (const auto* words :
       {"Temporary failure resolving", "Could not connect", "Connection timed out", "Unable to connect",
        "Failed getting release file", "Could not resolve", "Failed to fetch"})
    if (has(words))
      return retry(fmt::format("the package mirror cannot be reached: {}", line(words)), spec.mirror,
                   "check the network, or give another mirror or a proxy");
  if (has("unmet dependencies") || has("held broken packages"))
    return ask(fmt::format("the packages do not go together: {}", said.substr(0, 600)), spec.mirror, {},
               {"image", "packages"});
  auto error = give_up(what, spec.mirror);
  error.causes.push_back(give_up(said.size() > 1500 ? said.substr(said.size() - 1500) : said));
  return error;
}

// What a build in the tree needs of the host, taken away again whatever happens.
class Mounts {
 public:
  Mounts(LocalHost& host, const std::string& tree, const std::string& archives) : host_(host) {
    mount({"mount", "-t", "proc", "proc", tree + "/proc"}, tree + "/proc");
    mount({"mount", "--bind", "/dev", tree + "/dev"}, tree + "/dev");
    mount({"mount", "--bind", archives, tree + "/var/cache/apt/archives"}, tree + "/var/cache/apt/archives");
  }
  ~Mounts() {
    for (auto where = mounted_.rbegin(); where != mounted_.rend(); ++where) {
      Command command;
      command.argv = {"umount", "-l", *where};
      (void)host_.run(command).ok();
    }
  }
  const Status& status() const { return status_; }

 private:
  void mount(std::vector<std::string> argv, const std::string& where) {
    if (!status_) return;
    Command gone;  // left by a build that was killed
    gone.argv = {"sh", "-c", R"(while mountpoint -q "$1"; do umount -l "$1" || exit 1; done)", "sh", where};
    (void)host_.run(gone).ok();
    Command command;
    command.argv = std::move(argv);
    if (auto done = run_ok(host_, command); !done)
      status_ = std::move(done).error();
    else
      mounted_.push_back(where);
  }
  LocalHost& host_;
  std::vector<std::string> mounted_;
  Status status_;
};

}  // namespace

int image_disk_mib(const ImageSpec& spec) {
  return spec.packages.empty() || spec.packages.size() > 20 ? 6 * 1024 : 2 * 1024;
}

std::vector<std::string> ImageBuild::packages() const {
  auto out = spec_.packages;
  out.insert(out.end(), kBasePackages.begin(), kBasePackages.end());
  return out;
}

Status ImageBuild::run(StepContext& context) {
  MS_CHECK(make_folders(archives_ + "/partial"));
  MS_CHECK(make_folders(work_));
  std::error_code failed;
  const auto space = fs::space(work_, failed);
  const std::uintmax_t needed = std::uintmax_t(image_disk_mib(spec_)) << 20;
  if (!failed && space.available < needed)
    return ask(fmt::format("{} GiB are free, making the image needs {}", space.available >> 30, needed >> 30),
               work_, "free space, or move the cache with MICROSTACK_CACHE");

  using Phase = Status (ImageBuild::*)(StepContext&);
  const std::pair<const char*, Phase> phases[] = {
      {"debootstrap", &ImageBuild::debootstrap}, {"configure", &ImageBuild::configure},
      {"download", &ImageBuild::download},       {"install", &ImageBuild::install},
      {"compile", &ImageBuild::compile},         {"finish", &ImageBuild::finish}};
  MS_TRY(const auto written, read_file(work_ + "/phase"));
  const auto done = written.value_or("");
  for (const auto& [name, phase] : phases) {
    if (done.find(fmt::format("{}\n", name)) != std::string::npos) continue;
    if (context.stop.stop_requested())
      return retry("making the image was stopped", work_, "call it again; it goes on where it was");
    context.progress(0, 0, fmt::format("Image: {}", name));
    if (auto status = (this->*phase)(context); !status)
      return doing(fmt::format("making the image ({})", name), std::move(status).error());
    MS_TRY(const auto before, read_file(work_ + "/phase"));
    MS_CHECK(write_file(work_ + "/phase", before.value_or("") + name + "\n"));
  }
  return {};
}

Status ImageBuild::debootstrap(StepContext& context) {
  const auto part = work_ + "/tree.part";
  MS_CHECK(host_.remove(part));
  Command command;
  command.argv = {"debootstrap", "--variant=minbase", "--cache-dir=" + archives_, spec_.suite,
                  part,          spec_.mirror};
  command.limit = std::chrono::minutes(30);
  if (!spec_.proxy.empty()) command.env["http_proxy"] = spec_.proxy;
  std::string said;
  int done = 0;
  command.on_line = [&](std::string_view line) {
    said.append(line).append("\n");
    if (line.starts_with("I: Unpacking") || line.starts_with("I: Configuring"))
      context.progress(++done, 0, std::string(line.substr(3)));
  };
  MS_TRY(const auto result, host_.run(command, context.stop));
  if (result.exit_code == 127)
    return ask("there is no debootstrap on this host", host_.name(), "apt-get install debootstrap");
  if (!result.ok()) return explain("debootstrap failed", said + result.err, spec_);
  MS_CHECK(host_.remove(tree_));
  std::error_code failed;
  fs::rename(part, tree_, failed);
  if (failed) return give_up("cannot put the tree in place: " + failed.message(), tree_);
  return {};
}

Status ImageBuild::configure(StepContext& context) {
  MS_TRY(const auto resolv, read_file("/etc/resolv.conf"));
  const FileContent program{"#!/bin/sh\nexit 0\n", 0755};
  MS_CHECK(host_.write(tree_ + "/etc/resolv.conf", {resolv.value_or("")}));
  MS_CHECK(
      host_.write(tree_ + "/usr/sbin/policy-rc.d", {"#!/bin/sh\nexit 101\n", 0755}));  // nothing is started
  for (const auto& stub : kStubs) MS_CHECK(host_.write(tree_ + "/opt/stubs/" + stub, program));
  MS_CHECK(write_sources(true));
  MS_CHECK(host_.write(tree_ + "/root/debconf.answers", {answers()}));
  MS_CHECK(host_.write(tree_ + "/etc/systemd/system-preset/00-microstack.preset", {kPreset}));
  const Mounts mounts(host_, tree_, archives_);
  MS_CHECK(Status(mounts.status()));
  MS_TRY(const auto set, in_tree({"debconf-set-selections", "/root/debconf.answers"}, context));
  if (!set.ok()) return explain("cannot set the packages' answers", set.err, spec_);
  return {};
}

// Where a mirror .../debian has the security updates beside it, as Debian's own has.
Status ImageBuild::write_sources(bool security) {
  auto text = fmt::format("deb {} {} main\n", spec_.mirror, spec_.suite);
  if (security && spec_.mirror.ends_with("/debian"))
    text += fmt::format("deb {0}-security {1}-security main\n", spec_.mirror, spec_.suite);
  return host_.write(tree_ + "/etc/apt/sources.list", {text});
}

Result<CommandResult> ImageBuild::in_tree(std::vector<std::string> argv, StepContext& context,
                                          std::function<void(std::string_view)> on_line) {
  Command command;
  command.argv = {"chroot", tree_};
  command.argv.insert(command.argv.end(), argv.begin(), argv.end());
  command.env = {{"DEBIAN_FRONTEND", "noninteractive"},
                 {"DEBCONF_NONINTERACTIVE_SEEN", "true"},
                 {"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}};
  command.limit = std::chrono::hours(2);
  command.on_line = std::move(on_line);
  return host_.run(command, context.stop);
}

Status ImageBuild::apt(std::vector<std::string> arguments, StepContext& context,
                       std::function<void(std::string_view)> on_line) {
  std::vector<std::string> argv;
  if (fs::exists(tree_ + "/usr/bin/eatmydata")) argv.emplace_back("eatmydata");
  for (const auto* word :
       {"apt-get", "-y", "-q", "--no-install-recommends", "-o", "Dpkg::Options::=--force-unsafe-io", "-o",
        "Dpkg::Options::=--force-confold", "-o", "Dpkg::Use-Pty=0", "-o",
        "DPkg::Path=/opt/stubs:/usr/sbin:/usr/bin:/sbin:/bin", "-o", "APT::Keep-Downloaded-Packages=true",
        "-o", "Acquire::Retries=3", "-o", "APT::Sandbox::User=root"})
    argv.emplace_back(word);
  if (!spec_.proxy.empty()) {
    argv.emplace_back("-o");
    argv.push_back("Acquire::http::Proxy=" + spec_.proxy);
  }
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  MS_TRY(const auto result, in_tree(std::move(argv), context, std::move(on_line)));
  if (result.ok()) return {};
  const auto tail = result.out.size() > 3000 ? result.out.substr(result.out.size() - 3000) : result.out;
  return explain("apt-get failed", result.err + tail, spec_);
}

Status ImageBuild::download(StepContext& context) {
  const Mounts mounts(host_, tree_, archives_);
  MS_CHECK(Status(mounts.status()));
  if (auto updated = apt({"update"}, context, {}); !updated) {  // a mirror without security updates
    if (context.stop.stop_requested()) return updated;
    MS_CHECK(write_sources(false));
    MS_CHECK(apt({"update"}, context, {}));
  }
  if (!fs::exists(tree_ + "/usr/bin/eatmydata")) MS_CHECK(apt({"install", "eatmydata"}, context, {}));
  auto arguments = packages();
  arguments.insert(arguments.begin(), {"--download-only", "install"});
  int done = 0, total = 0;
  return apt(std::move(arguments), context, [&](std::string_view line) {
    const auto newly = line.find(" newly installed");
    if (newly != std::string_view::npos && line.find("upgraded, ") != std::string_view::npos)
      total = std::atoi(std::string(line.substr(line.find("upgraded, ") + 10)).c_str());
    if (line.starts_with("Get:")) context.progress(std::min(++done, total), total, "Downloading packages");
  });
}

Status ImageBuild::install(StepContext& context) {
  const Mounts mounts(host_, tree_, archives_);
  MS_CHECK(Status(mounts.status()));
  // After a kill: what was begun is finished first.
  MS_TRY(const auto configured, in_tree({"env", "PATH=/opt/stubs:/usr/sbin:/usr/bin:/sbin:/bin", "dpkg",
                                         "--force-confold", "--configure", "-a"},
                                        context));
  if (!configured.ok()) MS_CHECK(apt({"--fix-broken", "install"}, context, {}));
  MS_CHECK(
      apt({"dist-upgrade"}, context, {}));  // what debootstrap took from the suite has newer ones beside it
  auto arguments = packages();
  arguments.insert(arguments.begin(), "install");
  int done = 0, total = 0;
  return apt(std::move(arguments), context, [&](std::string_view line) {
    if (line.find(" newly installed") != std::string_view::npos &&
        line.find("upgraded, ") != std::string_view::npos)
      total = 2 * std::atoi(std::string(line.substr(line.find("upgraded, ") + 10)).c_str());
    if (line.starts_with("Unpacking ") || line.starts_with("Setting up "))
      context.progress(std::min(++done, total), total, std::string(line.substr(0, line.find(" ("))));
  });
}

Status ImageBuild::compile(StepContext& context) {
  // Services run as their own users and could not keep what they compile.
  context.progress(0, 0, "Compiling Python");
  const Mounts mounts(host_, tree_, archives_);
  MS_CHECK(Status(mounts.status()));
  constexpr const char* script =
      "command -v python3 > /dev/null || exit 0\n"
      "for folder in /usr/lib/python3/dist-packages /usr/lib/python3.*/ /usr/share/openstack-dashboard; do\n"
      "  [ ! -d \"$folder\" ] || python3 -m compileall -q -j 0 \"$folder\" || :\n"  // some packages carry
                                                                                    // files of Python 2
      "done\n";
  MS_TRY(const auto result, in_tree({"sh", "-c", script}, context));
  if (!result.ok()) return give_up("compiling Python failed", result.err);
  return {};
}

Status ImageBuild::finish(StepContext& context) {
  MS_TRY(const auto preset, in_tree({"systemctl", "preset-all"}, context));
  if (!preset.ok()) return give_up("cannot set which units are enabled", preset.err);
  MS_CHECK(host_.write(tree_ + "/etc/ssh/sshd_config.d/microstack.conf", {kSshd}));
  MS_CHECK(host_.write(tree_ + "/etc/systemd/journald.conf.d/microstack.conf", {kJournal}));
  // Else the first boot rebuilds the linker's cache, the hardware database and the journal's catalogue.
  (void)in_tree({"/usr/lib/systemd/systemd-update-done"}, context).ok();
  for (const auto* path : {"/usr/sbin/policy-rc.d", "/opt/stubs", "/root/debconf.answers", "/etc/machine-id",
                           "/var/lib/dbus/machine-id", "/var/lib/rabbitmq/.erlang.cookie"})
    MS_CHECK(host_.remove(tree_ + path));
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(tree_ + "/etc/ssh", failed))
    if (entry.path().filename().string().starts_with("ssh_host_")) fs::remove(entry.path(), failed);
  Command sync;  // packages were unpacked without it
  sync.argv = {"sync", "-f", tree_};
  sync.limit = std::chrono::minutes(10);
  MS_TRY(auto synced, run_ok(host_, sync, context.stop));
  return {};
}

Result<std::string> ImageBuild::lock() {
  Command command;
  command.argv = {"dpkg-query", "--admindir=" + tree_ + "/var/lib/dpkg", "-W", "-f=${Package}=${Version}\\n"};
  return run_ok(host_, command);
}

}  // namespace microstack
