#include "engine/machines/probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "engine/machines/cluster_network.h"
#include "engine/machines/image_build.h"
#include "engine/machines/test_boot.h"

namespace microstack {

namespace {

// "key value" lines; nothing of it changes anything.
constexpr const char* kLook = R"sh(
echo "arch $(uname -m)"
echo "kernel $(uname -r)"
. /etc/os-release 2>/dev/null; echo "os ${ID-unknown} ${VERSION_ID-}"
echo "uid $(id -u)"
echo "cpus $(nproc)"
awk '/^flags/ { for (i = 3; i <= NF; i++) if ($i ~ /^(vmx|svm|hypervisor|aes|avx2|avx512f|lm)$/) print "flag " $i; exit }' /proc/cpuinfo
awk '/^MemTotal:/ { print "memory_total_kib " $2 } /^MemAvailable:/ { print "memory_free_kib " $2 }' /proc/meminfo
for place in "$1" "$2"; do
  there=$place; while [ ! -d "$there" ]; do there=$(dirname "$there"); done
  df -Pk "$there" | awk -v p="$place" 'NR == 2 { print "disk_free_kib " p " " $4 }'
  echo "filesystem $place $(stat -f -c %T "$there")"
done
ls -d /sys/devices/system/node/node[0-9]* 2>/dev/null | sed 's,.*/,numa ,'
for link in /sys/class/net/*; do [ ! -e "$link/device" ] || echo "nic ${link##*/} $(cat "$link/operstate" 2>/dev/null) $(cat "$link/mtu")"; done
[ ! -c /dev/kvm ] || echo "kvm yes"
[ ! -c /dev/net/tun ] || echo "tun yes"
if [ -d /sys/module/openvswitch ] || modinfo openvswitch > /dev/null 2>&1; then echo "openvswitch yes"; fi
[ ! -d /run/systemd/system ] || echo "systemd yes"
grep -qw overlay /proc/filesystems && echo "overlay yes"
for program in systemd-nspawn ip nft mount debootstrap ethtool setsid flock nsenter; do command -v $program > /dev/null && echo "program $program"; done
nft list chains 2>/dev/null | awk '/hook forward/ && /policy drop/ { print "forward drop"; exit }'
exit 0
)sh";

}  // namespace

Result<Json> probe_host(Host& host, const Places& places, bool trial, std::stop_token stop) {
  Command look;
  look.argv = {"sh", "-c", kLook, "sh", places.state, places.cache};
  MS_TRY(const auto text, run_ok(host, look, stop));
  Json out{{"cpu_flags", Json::array()},
           {"numa_nodes", 0},
           {"nics", Json::array()},
           {"programs", Json::array()},
           {"kvm", {{"device", false}}},
           {"tun", false},
           {"openvswitch_module", false},
           {"systemd", false},
           {"overlay", false},
           {"forward_policy", "accept"}};
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key, one, two, three;
    words >> key >> one >> two >> three;
    if (key == "flag")
      out["cpu_flags"].push_back(one);
    else if (key == "numa")
      out["numa_nodes"] = out["numa_nodes"].get<int>() + 1;
    else if (key == "nic")
      out["nics"].push_back({{"name", one}, {"state", two}, {"mtu", std::atoi(three.c_str())}});
    else if (key == "program")
      out["programs"].push_back(one);
    else if (key == "kvm")
      out["kvm"]["device"] = true;
    else if (key == "openvswitch")
      out["openvswitch_module"] = true;
    else if (key == "tun" || key == "systemd" || key == "overlay")
      out[key] = true;
    else if (key == "forward")
      out["forward_policy"] = one;
    else if (key == "disk_free_kib")
      out["disk_free_mib"][one] = std::atoll(two.c_str()) / 1024;
    else if (key == "filesystem")
      out["filesystem"][one] = two;
    else if (key == "memory_total_kib")
      out["memory_mib"]["total"] = std::atoll(one.c_str()) / 1024;
    else if (key == "memory_free_kib")
      out["memory_mib"]["free"] = std::atoll(one.c_str()) / 1024;
    else if (key == "cpus" || key == "uid")
      out[key] = std::atoi(one.c_str());
    else if (key == "os")
      out["os"] = {{"id", one}, {"version", two}};
    else if (!key.empty())
      out[key] = one;
  }
  if (trial) {
    MS_TRY(const auto boot, test_boot(host, stop));
    out["kvm"]["tried"] = boot.tried;
    if (boot.tried) out["kvm"]["works"] = boot.works;
    if (!boot.reason.empty()) out["kvm"]["reason"] = boot.reason;
  }
  return out;
}

std::vector<Finding> machine_findings(const Json& probe, const std::string& state, const MachineSpec& spec) {
  std::vector<Finding> out;
  const auto has = [&](const char* program) {
    for (const auto& one : probe.value("programs", Json::array()))
      if (one == program) return true;
    return false;
  };
  std::string missing;
  for (const auto* program : {"systemd-nspawn", "ip", "nft", "mount", "setsid", "flock", "nsenter"})
    if (!has(program)) missing += (missing.empty() ? "" : ", ") + std::string(program);
  if (spec.image.tree.empty() && !has("debootstrap"))
    missing += (missing.empty() ? "" : ", ") + std::string("debootstrap");
  if (!missing.empty())
    out.push_back({"programs",
                   true,
                   "this host lacks " + missing,
                   "apt-get install systemd-container iproute2 nftables util-linux debootstrap",
                   {}});
  if (!probe.value("overlay", false))
    out.push_back({"filesystem", true, "the kernel has no overlay file system", "modprobe overlay", {}});
  if (!probe.value("tun", false))
    out.push_back({"devices", true, "there is no /dev/net/tun", "modprobe tun", {}});
  const auto filesystems = probe.value("filesystem", Json::object());  // items() does not keep what it walks
  for (const auto& [place, kind] : filesystems.items())
    if (kind == "overlayfs")
      out.push_back({"filesystem",
                     true,
                     place + " lies on an overlay, which cannot carry another",
                     "move it to a disk with MICROSTACK_STATE",
                     {}});
  const auto memory = probe.value("memory_mib", Json::object()).value("free", 0LL);
  if (memory < spec.memory_mib)
    out.push_back({"memory",
                   true,
                   fmt::format("{} MiB of memory are free, the machine needs {}", memory, spec.memory_mib),
                   "end something, or give fewer roles",
                   {"memory_mib"}});
  // Folders by the names that probe_host was given: the machine lies in the state's.
  const auto disks = probe.value("disk_free_mib", Json::object());
  if (const auto free = disks.value(state, -1LL); free >= 0 && free < spec.disk_mib)
    out.push_back({"disk",
                   true,
                   fmt::format("{} MiB are free at {}, the machine needs {}", free, state, spec.disk_mib),
                   "free space there, or move it to a larger disk with MICROSTACK_STATE",
                   {"disk_mib"}});
  if (probe.value("forward_policy", "") == "drop")
    out.push_back(
        {"forward",
         false,
         "another firewall on this host drops forwarded packets; machines may not reach the network",
         "let it accept packets from and to links named ms*",
         {}});
  return out;
}

namespace {

std::optional<Finding> mirror_finding(const std::string& what, const ImageSpec& image) {
  return Finding{"mirror",
                 true,
                 fmt::format("the package mirror does not answer: {}{}", image.mirror, what),
                 image.proxy.empty() ? "check the network, or give another mirror or a proxy"
                                     : fmt::format("check the proxy {}, or give another mirror", image.proxy),
                 {"image", "mirror"}};
}

Result<std::optional<Finding>> ask_mirror(Host& host, const ImageSpec& image, std::stop_token stop) {
  Command command;
  const auto url = fmt::format("{}/dists/{}/InRelease", image.mirror, image.suite);
  command.argv = {"wget",      "--quiet",      "--spider",
                  "--tries=2", "--timeout=10", url};  // debootstrap uses it too
  command.limit = std::chrono::seconds(30);
  if (!image.proxy.empty()) command.env["http_proxy"] = command.env["https_proxy"] = image.proxy;
  const auto asked = host.run(command, stop);
  if (!asked) {
    if (stop.stop_requested()) return asked.error();
    return mirror_finding(" (no answer within 30 s)", image);
  }
  if (asked->exit_code == 127 || asked->ok()) return std::optional<Finding>();
  return mirror_finding(asked->exit_code == 8 ? fmt::format(" has no suite {}", image.suite) : "", image);
}

}  // namespace

Result<std::vector<Finding>> machine_findings(Host& host, const Places& places, const Json& probe,
                                              const MachineSpec& spec, bool image_is_there,
                                              std::stop_token stop) {
  auto out = machine_findings(probe, places.state, spec);
  if (probe.value("uid", 0) != 0)
    out.push_back(
        {"root", true, "making machines needs root", "let this user run sudo without a password", {}});
  std::vector<std::string> wanted;
  const std::pair<const char*, const std::string*> networks[] = {{"management", &spec.networks.management},
                                                                 {"external", &spec.networks.external},
                                                                 {"tunnel", &spec.networks.tunnel}};
  const bool named = std::any_of(std::begin(networks), std::end(networks),
                                 [](const auto& network) { return !network.second->empty(); });
  MS_TRY(const auto recorded, recorded_network(places, spec.cluster));
  if (named && !recorded && spec.networks.management_link.empty()) {
    MS_TRY(const auto in_use, subnets_in_use(places, host, spec.cluster));
    for (const auto& [name, text] : networks) {
      const auto subnet = Subnet::parse(*text);
      if (text->empty() || !subnet) continue;
      for (const auto& other : in_use) {
        if (!subnet->overlaps(other)) continue;
        out.push_back(
            {"networks",
             true,
             fmt::format("the {} network {} is in use on this host ({})", name, *text, other.text()),
             "leave it out, and a free one is chosen",
             {"networks", name}});
        break;
      }
    }
  }
  if (!image_is_there && spec.image.tree.empty()) {
    const auto free = probe.value("disk_free_mib", Json::object()).value(places.cache, -1LL);
    if (free >= 0 && free < image_disk_mib(spec.image))
      out.push_back({"disk",
                     true,
                     fmt::format("{} MiB are free at {}, making the base image needs {}", free, places.cache,
                                 image_disk_mib(spec.image)),
                     "free space there, or move the cache to a larger disk with MICROSTACK_CACHE",
                     {"image", "disk"}});
    MS_TRY(auto silent, ask_mirror(host, spec.image, stop));
    if (silent) out.push_back(std::move(*silent));
  }
  return out;
}

Status machine_preflight(Host& host, const Places& places, const MachineSpec& spec, bool image_is_there,
                         std::stop_token stop) {
  MS_TRY(const auto probe, probe_host(host, places, false, stop));
  MS_TRY(const auto findings, machine_findings(host, places, probe, spec, image_is_there, stop));
  std::optional<Error> first;
  for (const auto& finding : findings) {
    if (!finding.blocking) continue;
    auto error = ask(finding.what, host.name(), finding.fix, finding.attribute);
    if (!first)
      first = std::move(error);
    else
      first->causes.push_back(std::move(error));
  }
  if (first) return std::move(*first);
  return {};
}

Json to_json(const Finding& finding) {
  return {{"check", finding.check},
          {"blocking", finding.blocking},
          {"what", finding.what},
          {"fix", finding.fix},
          {"attribute", finding.attribute}};
}

}  // namespace microstack
