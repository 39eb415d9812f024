#include "engine/machines/machines.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>

#include "engine/base/file.h"
#include "engine/host/machine_host.h"
#include "engine/machines/machine_record.h"
#include "engine/machines/machine_seed.h"
#include "engine/machines/supervisor.h"

namespace microstack {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

Command command(std::vector<std::string> argv) {
  Command out;
  out.argv = std::move(argv);
  return out;
}

// Waits a moment; false when a stop was asked for meanwhile.
bool pause(std::stop_token stop, std::chrono::milliseconds moment) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock held(mutex);
  never.wait_for(held, stop, moment, [] { return false; });
  return !stop.stop_requested();
}

bool is_mounted(const std::string& folder) {
  std::ifstream mounts("/proc/self/mounts");
  for (std::string device, where, rest; mounts >> device >> where && std::getline(mounts, rest);)
    if (where == folder) return true;
  return false;
}

bool has_systemd() {
  return fs::exists("/run/systemd/system");
}

std::string one_line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

// systemd-nspawn of the machine in `folder`; 0 when it does not run.
long nspawn_of(const std::string& folder) {
  const auto text = one_line(folder + "/nspawn.pid");
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) return 0;
  return one_line("/proc/" + text + "/comm") == "systemd-nspawn" ? std::stol(text) : 0;
}

std::vector<long> children(long pid) {
  std::vector<long> out;
  std::ifstream in(fmt::format("/proc/{0}/task/{0}/children", pid));
  for (long child; in >> child;) out.push_back(child);
  return out;
}

// Whether it is the first process of a process namespace that is not ours.
bool is_first(long pid) {
  std::ifstream in(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("NSpid:")) continue;
    std::istringstream words(line.substr(6));
    std::vector<long> numbers;
    for (long number; words >> number;) numbers.push_back(number);
    return numbers.size() > 1 && numbers.back() == 1;
  }
  return false;
}

long leader_of(const std::string& folder) {
  const long nspawn = nspawn_of(folder);
  if (nspawn == 0) return 0;
  for (const long child : children(nspawn)) {
    if (is_first(child)) return child;
    for (const long inner : children(child))
      if (is_first(inner)) return inner;
  }
  return 0;
}

int lines_of(const std::string& path) {
  std::ifstream in(path);
  return static_cast<int>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
}

std::string last_words(const std::string& path) {
  std::ifstream in(path);
  std::string last, line;
  while (std::getline(in, line))
    if (line.find_first_not_of(" \r\n\t") != std::string::npos) last = line;
  return last.substr(0, 300);
}

std::string unit_name(const std::string& cluster, const std::string& name) {
  return fmt::format("microstack-{}-{}.service", cluster, name);
}

// What a person would call a difference between two specifications; what only helps making it does not count.
std::vector<std::string> differences(const MachineSpec& a, const MachineSpec& b) {
  auto left = encode(a), right = encode(b);
  for (auto* json : {&left, &right}) {
    // What it was made of is settled: a newer program's wish is for machines to come.
    for (const auto* key : {"proxy", "packages", "mirror"}) (*json)["image"].erase(key);
    json->erase("prepared");
    json->erase("index");
    json->erase("memory_mib");
    json->erase("disk_mib");
  }
  std::vector<std::string> out;
  for (const auto& [key, value] : left.items())
    if (right[key] != value) out.push_back(key);
  return out;
}

}  // namespace

struct Machines::Record : MachineRecord {};

std::string Machines::folder(const std::string& cluster, const std::string& name) const {
  return cluster_folder(places_, cluster) + "/machines/" + name;
}

Result<std::optional<Machines::Record>> Machines::record(const std::string& cluster,
                                                         const std::string& name) const {
  MS_TRY(auto found, read_machine_record(folder(cluster, name)));
  if (!found) return std::optional<Record>();
  return std::optional<Record>(Record{std::move(*found)});
}

Result<std::optional<std::vector<std::string>>> Machines::layers(const std::string& cluster,
                                                                 const std::string& name) const {
  MS_TRY(auto known, record(cluster, name));
  if (!known) return std::optional<std::vector<std::string>>();
  return std::optional(std::move(known->layers));
}

// ---- up

Result<Machines::Record> Machines::reserve(const MachineSpec& spec, const std::vector<std::string>& layers) {
  MS_TRY(const auto lock, FileLock::take(places_.run + "/networks.lock", 30));
  MS_TRY(auto there, record(spec.cluster, spec.name));
  if (there) {
    const auto different = differences(there->spec, spec);
    if (different.empty()) return std::move(*there);
    return ask(
        fmt::format("machine {} of cluster {} exists and is another one: {} differ", spec.name, spec.cluster,
                    fmt::join(different, ", ")),
        folder(spec.cluster, spec.name),
        fmt::format("give it another name, or remove it first: microstack-hypervisor machine remove {} {}",
                    spec.cluster, spec.name),
        {different.front()});
  }
  std::set<int> taken;
  std::error_code none;
  for (const auto& entry :
       fs::directory_iterator(cluster_folder(places_, spec.cluster) + "/machines", none)) {
    MS_TRY(const auto other, record(spec.cluster, entry.path().filename()));
    if (other) taken.insert(other->index);
  }
  Record fresh;
  fresh.spec = spec;
  fresh.layers = layers;
  if (spec.index != 0) {
    if (taken.contains(spec.index))
      return ask(fmt::format("the addresses number {} of cluster {} are another machine's", spec.index,
                             spec.cluster),
                 folder(spec.cluster, spec.name), "remove that machine, or leave the number out", {"index"});
    fresh.index = spec.index;
  }
  while (taken.contains(fresh.index)) ++fresh.index;
  if (fresh.index > 200) return ask("a cluster has at most 200 machines on one host", spec.cluster);
  MS_CHECK(write_machine_record(folder(spec.cluster, spec.name), fresh));
  return fresh;
}

Result<Plan> Machines::up(const MachineSpec& spec, const std::vector<std::string>& layers) {
  if (spec.isolated) {
    MS_TRY(const auto record, reserve(spec, layers));
    auto files = files_fact(record, {});
    const auto files_id = files.id;
    Plan plan;
    plan.add(step(std::move(files)));
    plan.add(step(running_fact(record)), {files_id});
    return plan;
  }
  MS_TRY(const auto network, reserve_network(places_, host_, spec.cluster, spec.networks));
  MS_TRY(const auto record, reserve(spec, layers));
  auto plan = network_plan(places_, host_, network);
  auto files = files_fact(record, network);
  const auto files_id = files.id;
  plan.add(step(std::move(files)));
  plan.add(step(running_fact(record)), {files_id, "network:" + spec.cluster});
  return plan;
}

Fact Machines::files_fact(const Record& record, const ClusterNetwork& network) {
  Fact fact;
  fact.id = "machine-files:" + record.spec.name;
  fact.title = fmt::format("Make the file system of machine {}", record.spec.name);
  fact.inputs = {{"layers", record.layers},
                 {"index", record.index},
                 {"dns", record.spec.dns},
                 {"devices", record.spec.devices}};
  const auto where = folder(record.spec.cluster, record.spec.name);
  fact.check = [where](StepContext&) -> Result<Truth> {
    return fs::exists(where + "/seeded") ? Truth::yes() : Truth::no("its file system is not made");
  };
  fact.apply = [this, record, network](StepContext&) { return make_files(record, network); };
  fact.undo = [this, record](StepContext& context) {
    return remove(record.spec.cluster, record.spec.name, context);
  };
  return fact;
}

Fact Machines::running_fact(const Record& record) {
  const auto cluster = record.spec.cluster, name = record.spec.name;
  Fact fact;
  fact.id = "machine:" + name;
  fact.title = fmt::format("Start machine {}", name);
  fact.check = [this, cluster, name](StepContext&) -> Result<Truth> {
    MS_TRY(const auto now, status(cluster, name));
    if (now.state == "running" || now.state == "degraded") return Truth::yes();
    return Truth::no(fmt::format("machine {} is {}", name, now.state));
  };
  fact.apply = [this, cluster, name](StepContext& context) { return start(cluster, name, context); };
  fact.undo = [this, cluster, name](StepContext& context) { return kill(cluster, name, context); };
  return fact;
}

Status Machines::make_files(const Record& record, const ClusterNetwork& network) {
  const auto& spec = record.spec;
  const auto here = folder(spec.cluster, spec.name);
  const auto root = here + "/root";
  for (const auto* part : {"/upper", "/work", "/root"}) MS_CHECK(make_folders(here + part));
  for (const auto& layer : record.layers)
    if (!fs::is_directory(layer))
      return ask("the image the machine lies on is gone", layer,
                 "build it again: microstack-hypervisor image build");

  SupervisorFiles files;
  files.group = spec.isolated ? spec.cluster + "-" + spec.name : network.tag + "-" + spec.name;
  files.overlay =
      fmt::format("lowerdir={},upperdir={}/upper,workdir={}/work", fmt::join(record.layers, ":"), here, here);
  files.nspawn = {"--boot",
                  "--quiet",
                  "--directory=" + root,
                  "--machine=" + files.group,
                  "--register=no",
                  "--keep-unit",
                  "--private-network",
                  "--capability=all",
                  "--resolv-conf=off",
                  "--timezone=off",
                  "--link-journal=no"};
  const std::pair<char, const char*> links[] = {
      {'m', kManagementLink}, {'x', kExternalLink}, {'t', kTunnelLink}};
  for (const auto& [kind, inside] : links) {
    if (spec.isolated) break;
    files.links.emplace_back(network.link(kind, record.index), network.bridge(kind));
    files.nspawn.push_back(
        fmt::format("--network-veth-extra={}:{}", network.link(kind, record.index), inside));
  }
  auto devices = spec.devices;
  devices.insert(devices.begin(), {"/dev/net/tun", "/dev/fuse"});
  for (const auto& device : devices)
    if (fs::exists(device)) files.nspawn.push_back("--bind=" + device);

  MS_CHECK(write_file(here + "/overlay", files.overlay));
  MS_CHECK(write_file(here + "/links", links_file(files)));
  MS_CHECK(write_file(here + "/group", files.group + "\n"));
  MS_CHECK(write_file(here + "/nspawn", nspawn_file(files)));
  MS_CHECK(write_file(here + "/supervise.sh", kSupervisorScript));
  if (!spec.lifeline.empty()) MS_CHECK(write_file(here + "/lifeline", spec.lifeline));
  if (!is_mounted(root)) {
    auto mounted = run_ok(host_, command({"mount", "-t", "overlay", "overlay", "-o", files.overlay, root}));
    if (!mounted) {
      const char* moved_by = here.starts_with(places_.cache + "/") ? "MICROSTACK_CACHE" : "MICROSTACK_STATE";
      auto error = ask("the machine's file system cannot be mounted", root,
                       std::string("its folder must not itself lie on an overlay: move it with ") + moved_by);
      return std::move(error).because(std::move(mounted).error());
    }
  }
  MS_CHECK(seed(record, network, root));
  return write_file(here + "/seeded", "");
}

Status Machines::seed(const Record& record, const ClusterNetwork& network, const std::string& root) {
  auto dns = record.spec.dns;
  for (const auto* file : {"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"}) {
    if (!dns.empty()) break;
    MS_TRY(const auto text, read_file(file));
    if (text) dns = name_servers(*text);
  }
  if (dns.empty() && !record.spec.isolated)
    return ask("this host's name server listens on loopback only, so machines cannot reach it",
               "/etc/resolv.conf", "give the machine a name server", {"dns"});
  MS_TRY(auto id, read_file("/proc/sys/kernel/random/uuid"));
  std::erase_if(*id, [](char c) { return c == '-' || c == '\n'; });
  const auto seed = machine_seed(record.spec, network, record.index, *id, dns, fs::exists("/dev/kvm"));
  for (const auto& [path, text] : seed) {
    FileContent content{text, 0644u, "root", "root"};
    if (path == "/etc/machine-id") content.mode = 0444;
    if (path.starts_with("/root/.ssh/")) content.mode = 0600;
    MS_CHECK(host_.write(root + path, content));
  }
  std::error_code failed;
  const auto wants = root + "/etc/systemd/system/multi-user.target.wants";
  fs::create_directories(wants, failed);
  fs::remove(wants + "/systemd-networkd.service", failed);
  fs::create_symlink("/lib/systemd/system/systemd-networkd.service", wants + "/systemd-networkd.service",
                     failed);
  if (failed) return give_up("cannot enable systemd-networkd in the machine: " + failed.message(), wants);
  if (record.spec.isolated) return {};

  // sshd makes its keys at the first boot only, and this is none (machine-id).
  for (const auto& entry : fs::directory_iterator(root + "/etc/ssh", failed))
    if (entry.path().filename().string().starts_with("ssh_host_")) fs::remove(entry.path(), failed);
  MS_TRY(const auto made,
         host_.run(command({"chroot", root, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
                            record.spec.name, "-f", "/etc/ssh/ssh_host_ed25519_key"})));
  if (!made.ok() && made.exit_code != 127) return give_up("cannot make the machine's SSH host key", made.err);
  if (made.ok()) {
    MS_TRY(const auto key, read_file(root + "/etc/ssh/ssh_host_ed25519_key.pub"));
    if (key) MS_CHECK(write_file(folder(record.spec.cluster, record.spec.name) + "/host_key.pub", *key));
  }
  return {};
}

// ---- looking

Result<long> Machines::leader(const std::string& cluster, const std::string& name) const {
  const long pid = leader_of(folder(cluster, name));
  if (pid == 0)
    return retry(fmt::format("machine {} of cluster {} is not running", name, cluster), folder(cluster, name),
                 fmt::format("start it: microstack-hypervisor machine start {} {}", cluster, name));
  return pid;
}

Result<MachineStatus> Machines::status(const std::string& cluster, const std::string& name) {
  const auto here = folder(cluster, name);
  MS_TRY(const auto known, record(cluster, name));
  if (!known) {
    auto error = ask(fmt::format("there is no machine {} in cluster {} on this host", name, cluster), here);
    error.code = "not found";
    return error;
  }
  MachineStatus out;
  out.cluster = cluster;
  out.name = name;
  out.index = known->index;
  out.image = known->layers.empty() ? "" : known->layers.back();
  out.reboots = lines_of(here + "/reboots");
  const auto key = one_line(here + "/host_key.pub");
  out.host_key = key.substr(0, key.find(' ', key.find(' ') + 1));
  MS_TRY(out.network, recorded_network(places_, cluster));
  if (out.network) {
    out.addresses["management"] = management_address(*out.network, out.index);
    out.addresses["tunnel"] = tunnel_address(*out.network, out.index);
    out.addresses["api"] = api_address(*out.network);
  }
  out.leader = leader_of(here);
  if (out.leader == 0) {
    out.state = !fs::exists(here + "/seeded") ? "unfinished" : nspawn_of(here) ? "starting" : "off";
    return out;
  }
  MachineHost inside(host_, name, [leader = out.leader]() -> Result<long> { return leader; });
  auto asking = command({"systemctl", "is-system-running"});
  asking.limit = std::chrono::seconds(10);
  const auto said = inside.run(asking);
  out.state = said.ok() ? said.value().out.substr(0, said.value().out.find('\n')) : "";
  if (out.state.empty() || out.state == "offline" || out.state == "initializing" || out.state == "unknown")
    out.state = "starting";
  return out;
}

Result<std::vector<MachineStatus>> Machines::list() {
  std::vector<MachineStatus> out;
  std::error_code none;
  for (const auto& cluster : fs::directory_iterator(places_.state + "/clusters", none)) {
    for (const auto& entry : fs::directory_iterator(cluster.path() / "machines", none)) {
      if (!fs::exists(entry.path() / "machine.json")) continue;
      auto one = status(cluster.path().filename(), entry.path().filename());
      if (one) {
        out.push_back(std::move(*one));
      } else {  // damaged, or of a newer program: no reason to keep anybody from the others
        MachineStatus unknown;
        unknown.cluster = cluster.path().filename();
        unknown.name = entry.path().filename();
        unknown.state = "unreadable";
        out.push_back(std::move(unknown));
      }
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::tie(a.cluster, a.name) < std::tie(b.cluster, b.name);
  });
  return out;
}

Json to_json(const MachineStatus& status) {
  Json json{{"cluster", status.cluster},   {"name", status.name},       {"state", status.state},
            {"leader", status.leader},     {"index", status.index},     {"image", status.image},
            {"host_key", status.host_key}, {"reboots", status.reboots}, {"addresses", status.addresses}};
  if (status.network) {
    const auto management = *Subnet::parse(status.network->management),
               external = *Subnet::parse(status.network->external);
    json["management"] = {{"cidr", management.text()},
                          {"gateway", management.address(1)},
                          {"bridge", status.network->bridge('m')}};
    json["external"] = {{"cidr", external.text()},
                        {"gateway", external.address(1)},
                        {"first", external.address(50)},
                        {"last", external.address(250)},
                        {"bridge", status.network->bridge('x')}};
    json["tunnel"] = {{"cidr", status.network->tunnel}, {"bridge", status.network->bridge('t')}};
  }
  json["interfaces"] = {
      {"management", kManagementLink}, {"external", kExternalLink}, {"tunnel", kTunnelLink}};
  return json;
}

// ---- starting and ending

Status Machines::launch(const std::string& cluster, const std::string& name) {
  const auto here = folder(cluster, name);
  if (has_systemd()) {
    const auto unit = unit_name(cluster, name);
    const bool passing = fs::exists(here + "/lifeline");  // does not come back with the host
    MS_CHECK(write_file((passing ? "/run/systemd/system/" : "/etc/systemd/system/") + unit,
                        supervisor_unit(name + " of cluster " + cluster, here)));
    MS_TRY(auto reloaded, run_ok(host_, command({"systemctl", "daemon-reload"})));
    if (!passing) {
      MS_TRY(auto enabled, run_ok(host_, command({"systemctl", "enable", "--quiet", unit})));
    }
    MS_TRY(auto started, run_ok(host_, command({"systemctl", "start", unit})));
    return {};
  }
  constexpr const char* detached =
      R"(exec setsid --fork sh "$1/supervise.sh" "$1" < /dev/null > "$1/supervisor.log" 2>&1)";
  MS_TRY(auto started, run_ok(host_, command({"sh", "-c", detached, "sh", here})));
  return {};
}

Status Machines::start(const std::string& cluster, const std::string& name, StepContext& context) {
  const auto here = folder(cluster, name);
  MS_TRY(const auto now, status(cluster, name));
  if (now.state == "unfinished")
    return ask(fmt::format("machine {} is not finished", name), here,
               "repeat `machine up` with its specification");
  if (nspawn_of(here) == 0) {
    std::error_code none;
    fs::remove(here + "/nspawn.pid", none);
    MS_CHECK(launch(cluster, name));
  }
  return wait_until_running(cluster, name, context);
}

Status Machines::wait_until_running(const std::string& cluster, const std::string& name,
                                    StepContext& context) {
  const auto here = folder(cluster, name);
  context.waiting(fmt::format("machine {} to be running", name));
  const auto deadline = Clock::now() + std::chrono::seconds(180);
  const auto begun = Clock::now();
  MachineHost inside(host_, name, [this, cluster, name] { return leader(cluster, name); });
  std::string state = "not there";
  while (Clock::now() < deadline) {
    const bool supervised = [&] {  // it ended at once: do not wait for the limit
      if (Clock::now() - begun < std::chrono::seconds(1)) return true;
      auto lock = FileLock::try_take(here + "/lock");
      return lock.ok() && !lock.value();
    }();
    if (!supervised) {
      return give_up(fmt::format("machine {} did not start: {}", name, last_words(here + "/boot.log")),
                     here + "/boot.log", "see the end of that file and of supervisor.log beside it");
    }
    if (leader_of(here) != 0) {
      auto asking = command({"systemctl", "is-system-running", "--wait"});
      asking.limit = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
      const auto said = inside.run(asking, context.stop);
      if (said.ok()) {
        state = said.value().out.substr(0, said.value().out.find('\n'));
        if (state == "running" || state == "degraded") {
          context.waiting("");
          return {};
        }
      }
    }
    if (!pause(context.stop, std::chrono::milliseconds(30)))
      return retry(fmt::format("waiting for machine {} was stopped; it goes on starting", name), here);
  }
  return retry(fmt::format("machine {} is {} after 180 s", name, state), here + "/boot.log",
               fmt::format("look inside: microstack-hypervisor machine exec {} {} -- systemctl list-jobs",
                           cluster, name));
}

Result<bool> Machines::wait_until_off(const std::string& cluster, const std::string& name,
                                      std::chrono::milliseconds limit, StepContext& context) {
  const auto lock_file = folder(cluster, name) + "/lock";
  context.waiting(fmt::format("machine {} to be off", name));
  const auto deadline = Clock::now() + limit;
  while (true) {
    if (!fs::exists(lock_file)) break;
    MS_TRY(const auto lock, FileLock::try_take(lock_file));
    if (lock) break;
    if (Clock::now() >= deadline) return false;
    if (!pause(context.stop, std::chrono::milliseconds(20)))
      return retry(fmt::format("waiting for machine {} was stopped", name));
  }
  context.waiting("");
  return true;
}

Status Machines::power_off(const std::string& cluster, const std::string& name, std::chrono::seconds limit,
                           StepContext& context) {
  MS_TRY(const auto now, status(cluster, name));
  if (const long nspawn = nspawn_of(folder(cluster, name))) ::kill(static_cast<pid_t>(nspawn), SIGTERM);
  MS_TRY(const bool off, wait_until_off(cluster, name, limit, context));
  return off ? Status() : kill(cluster, name, context);
}

Status Machines::kill(const std::string& cluster, const std::string& name, StepContext& context) {
  const auto here = folder(cluster, name);
  MS_TRY(const auto known, record(cluster, name));
  if (!known) return {};
  // Its PID 1 takes the whole process namespace along, guests too. Before there is one, nspawn itself is what
  // there is.
  const auto deadline = Clock::now() + std::chrono::seconds(30);
  while (Clock::now() < deadline) {
    if (const long pid = leader_of(here)) {
      ::kill(static_cast<pid_t>(pid), SIGKILL);
    } else if (const long nspawn = nspawn_of(here)) {
      ::kill(static_cast<pid_t>(nspawn), SIGKILL);
    }
    MS_TRY(const bool off, wait_until_off(cluster, name, std::chrono::milliseconds(1000), context));
    if (off) return {};
  }
  return retry(fmt::format("machine {} does not end: a process of it cannot be killed", name), here,
               "see what blocks: ps -eo pid,stat,wchan,args | grep ' D'");
}

Status Machines::remove(const std::string& cluster, const std::string& name, StepContext& context) {
  const auto here = folder(cluster, name);
  MS_CHECK(kill(cluster, name, context));
  if (is_mounted(here + "/root")) {
    MS_TRY(auto gone, run_ok(host_, command({"umount", here + "/root"})));
  }
  const auto unit = "/etc/systemd/system/" + unit_name(cluster, name);
  if (fs::exists(unit)) {
    (void)host_.run(command({"systemctl", "disable", "--quiet", unit_name(cluster, name)})).ok();
    MS_CHECK(remove_file(unit));
    (void)host_.run(command({"systemctl", "daemon-reload"})).ok();
  }
  MS_CHECK(remove_file("/run/systemd/system/" + unit_name(cluster, name)));
  MS_CHECK(host_.remove(here));
  std::error_code kept;
  fs::remove(cluster_folder(places_, cluster) + "/machines", kept);  // only when it is empty
  MS_TRY(const auto lock, FileLock::take(places_.run + "/networks.lock", 30));
  MS_TRY(const auto network, recorded_network(places_, cluster));
  if (!network && !fs::exists(cluster_folder(places_, cluster) + "/machines"))
    fs::remove(cluster_folder(places_, cluster), kept);  // of an isolated machine
  if (!network || fs::exists(cluster_folder(places_, cluster) + "/machines")) return {};
  const auto plan = network_plan(places_, host_, *network);
  for (auto node = plan.nodes().rbegin(); node != plan.nodes().rend(); ++node)
    MS_CHECK(node->step->undo(context));
  fs::remove(places_.state + "/clusters", kept);
  return {};
}

}  // namespace microstack
