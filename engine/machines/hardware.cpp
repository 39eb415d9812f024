#include "engine/machines/hardware.h"

#include <algorithm>
#include <set>
#include <sstream>

namespace microstack {
namespace {

// grep prints any number of files in one process and goes on where a driver refuses to be read.
constexpr const char* kRecord = R"sh(
cd /
show() { grep -s -Z -H '' "$@" | tr '\0' '\t'; }
links() { find "$@" -type l -printf '%p\t-> %l\n' 2>/dev/null; }
show /proc/cpuinfo /proc/swaps /proc/self/mounts
show /sys/devices/system/node/node*/cpulist /sys/devices/system/node/node*/meminfo /sys/devices/system/node/node*/hugepages/*/nr_hugepages /sys/devices/system/node/node*/hugepages/*/free_hugepages
[ "$(id -u)" != 0 ] || for pages in /sys/devices/system/node/node*/hugepages/*/nr_hugepages; do
  [ ! -e "$pages" ] || [ -w "$pages" ] || printf '%s\tyes\n' "${pages%/*}/read_only"
done
links /sys/class/net -maxdepth 1
for link in /sys/class/net/*; do
  show "$link"/address "$link"/operstate "$link"/mtu "$link"/speed
  [ -e "$link/device" ] || continue
  links "$link/device/driver" -maxdepth 0
  printf '%s\t-> %s\n' "$link/device" "$(readlink -f "$link/device")"
done
ip -json -4 address 2>/dev/null | tr -d '\n' | sed 's,^,ip-address\t,'; echo
for disk in /sys/block/*; do
  show "$disk"/size "$disk"/dev "$disk"/ro "$disk"/queue/rotational "$disk"/device/model "$disk"/device/serial "$disk"/serial "$disk"/*/partition "$disk"/*/dev
  links "$disk"/holders "$disk"/*/holders -maxdepth 1
  [ ! -e "$disk/device" ] || printf '%s\t-> %s\n' "$disk/device" "$(readlink -f "$disk/device")"
done
links /dev/disk/by-id -maxdepth 1
grep -s -Z -H '^E:ID_FS_TYPE=' /run/udev/data/b* | tr '\0' '\t'
show /sys/bus/pci/devices/*/class /sys/bus/pci/devices/*/vendor /sys/bus/pci/devices/*/device /sys/bus/pci/devices/*/numa_node /sys/bus/pci/devices/*/sriov_totalvfs /sys/bus/pci/devices/*/sriov_numvfs
links /sys/bus/pci/devices/*/driver /sys/bus/pci/devices/*/iommu_group -maxdepth 0
links /sys/class/iommu -maxdepth 1
[ ! -c /dev/kvm ] || printf '/dev/kvm\tdevice\n'
exit 0
)sh";

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// The n-th part of a path: part("/sys/block/sda/size", 2) is sda.
std::string part(const std::string& path, int n) {
  std::istringstream parts(path.substr(1));
  std::string one;
  for (int i = 0; i <= n; ++i) std::getline(parts, one, '/');
  return one;
}

class Reader {
 public:
  explicit Reader(const SysTree& tree) : tree_(tree) {}

  Json all() const {
    return {{"cpu", cpu()},
            {"numa", numa()},
            {"links", links()},
            {"disks", disks()},
            {"pci", pci()},
            {"iommu", any("/sys/class/iommu/")},
            {"kvm", {{"device", tree_.contains("/dev/kvm")}}}};
  }

 private:
  std::string text(const std::string& path) const {
    const auto found = tree_.find(path);
    if (found == tree_.end()) return {};
    auto value = found->second;
    while (!value.empty() && (value.back() == '\n' || value.back() == ' ')) value.pop_back();
    return value;
  }
  std::string target(const std::string& path) const {
    const auto value = text(path);
    return value.starts_with("-> ") ? value.substr(3) : std::string();
  }
  long long number(const std::string& path, long long otherwise = 0) const {
    const auto value = text(path);
    return value.empty() ? otherwise : std::strtoll(value.c_str(), nullptr, 0);
  }
  // Everything below a folder, in order.
  template <class Take>
  void below(const std::string& folder, Take take) const {
    for (auto at = tree_.lower_bound(folder); at != tree_.end() && at->first.starts_with(folder); ++at)
      take(at->first);
  }
  bool any(const std::string& folder) const {
    const auto at = tree_.lower_bound(folder);
    return at != tree_.end() && at->first.starts_with(folder);
  }
  std::set<std::string> names(const std::string& folder) const {
    std::set<std::string> out;
    below(folder, [&](const std::string& path) {
      out.insert(path.substr(folder.size(), path.find('/', folder.size()) - folder.size()));
    });
    return out;
  }

  Json cpu() const {
    Json out{{"model", ""},  {"vendor", ""},           {"sockets", 0},        {"cores", 0},
             {"threads", 0}, {"flags", Json::array()}, {"virtualization", ""}};
    std::set<std::string> sockets, cores;
    std::string socket = "0";
    int threads = 0;
    std::istringstream lines(text("/proc/cpuinfo"));
    for (std::string line; std::getline(lines, line);) {
      const auto colon = line.find(':');
      if (colon == std::string::npos) continue;
      const auto key = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
      const auto value = colon + 2 <= line.size() ? line.substr(colon + 2) : std::string();
      if (key == "processor") ++threads;
      if (key == "model name") out["model"] = value;
      if (key == "vendor_id") out["vendor"] = value;
      if (key == "physical id") sockets.insert(socket = value);
      if (key == "core id") cores.insert(socket + "/" + value);
      if (key != "flags" || !out["flags"].empty()) continue;
      std::istringstream flags(value);
      for (std::string flag; flags >> flag;) {
        out["flags"].push_back(flag);
        if (flag == "vmx" || flag == "svm") out["virtualization"] = flag;
      }
    }
    out["threads"] = threads;
    out["sockets"] = std::max<std::size_t>(sockets.size(), threads > 0);
    out["cores"] = cores.empty() ? static_cast<std::size_t>(threads) : cores.size();
    return out;
  }

  Json numa() const {
    Json out = Json::array();
    const std::string folder = "/sys/devices/system/node/";
    std::set<int> nodes;
    for (const auto& name : names(folder))
      if (name.starts_with("node")) nodes.insert(std::atoi(name.c_str() + 4));
    for (const int node : nodes) {
      const auto here = folder + "node" + std::to_string(node) + "/";
      Json pages = Json::array();
      for (const auto& size : names(here + "hugepages/")) {
        pages.push_back({{"size_kib", std::atoi(size.c_str() + std::string("hugepages-").size())},
                         {"total", number(here + "hugepages/" + size + "/nr_hugepages")},
                         {"free", number(here + "hugepages/" + size + "/free_hugepages")}});
        if (!text(here + "hugepages/" + size + "/read_only").empty()) pages.back()["read_only"] = true;
      }
      const auto memory = text(here + "meminfo");  // "Node 0 MemTotal:       24684312 kB"
      const auto total = memory.find("MemTotal:");
      const auto kib = total == std::string::npos ? 0 : std::atoll(memory.c_str() + total + 9);
      out.push_back({{"node", node},
                     {"cpus", text(here + "cpulist")},
                     {"memory_mib", kib / 1024},
                     {"hugepages", pages}});
    }
    return out;
  }

  Json addresses_of(const std::string& link) const {
    Json out = Json::array();
    const auto said = Json::parse(text("ip-address"), nullptr, false);
    if (!said.is_array()) return out;
    for (const auto& one : said) {
      if (!one.is_object() || one.value("ifname", "") != link) continue;
      for (const auto& address : one.value("addr_info", Json::array()))
        out.push_back(address.value("local", ""));
    }
    return out;
  }

  Json sriov(const std::string& device) const {
    return {{"total", number(device + "/sriov_totalvfs")}, {"used", number(device + "/sriov_numvfs")}};
  }

  Json links() const {
    Json out = Json::array();
    for (const auto& name : names("/sys/class/net/")) {
      const auto here = "/sys/class/net/" + name;
      if (target(here).empty()) continue;  // bonding_masters is a file
      auto device = name_of(target(here + "/device"));
      // A virtio NIC is a device below its PCI device.
      if (device.starts_with("virtio")) device = name_of(parent(target(here + "/device")));
      const auto pci = "/sys/bus/pci/devices/" + device;
      const bool on_pci = tree_.contains(pci + "/class");
      const auto speed = number(here + "/speed", -1);
      out.push_back({{"name", name},
                     {"physical", !target(here + "/device").empty()},
                     {"mac", text(here + "/address")},
                     {"state", text(here + "/operstate")},
                     {"mtu", number(here + "/mtu")},
                     {"speed_mbps", speed > 0 ? Json(speed) : Json()},
                     {"driver", name_of(target(here + "/device/driver"))},
                     {"pci_address", on_pci ? Json(device) : Json()},
                     {"numa_node", on_pci ? Json(number(pci + "/numa_node", -1)) : Json()},
                     {"sriov", sriov(pci)},
                     {"addresses", addresses_of(name)}});
    }
    return out;
  }

  static std::string parent(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
  }

  // What a disk or one of its partitions is used by.
  std::vector<std::string> users_of(const std::string& disk) const {
    std::vector<std::string> parts = {disk}, users;
    below("/sys/block/" + disk + "/", [&](const std::string& path) {
      if (path.ends_with("/partition")) parts.push_back(part(path, 3));
    });
    for (const auto& one : parts) {
      const auto here = "/sys/block/" + disk + (one == disk ? "" : "/" + one);
      for (const auto& holder : names(here + "/holders/")) users.push_back(holder);
      for (const char* table : {"/proc/self/mounts", "/proc/swaps"}) {
        std::istringstream lines(text(table));
        for (std::string line; std::getline(lines, line);) {
          std::istringstream words(line);
          std::string device, where;
          words >> device >> where;
          if (device == "/dev/" + one) users.push_back(table == std::string("/proc/swaps") ? "swap" : where);
        }
      }
      const auto holds = text("/run/udev/data/b" + text(here + "/dev"));
      if (const auto type = holds.find("ID_FS_TYPE="); type != std::string::npos)
        users.push_back(one + " holds " + holds.substr(type + 11, holds.find('\n', type) - type - 11));
      else if (one != disk && users.empty())
        users.push_back("partition " + one);
    }
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    return users;
  }

  Json disks() const {
    Json out = Json::array();
    for (const auto& name : names("/sys/block/")) {
      const auto here = "/sys/block/" + name;
      const auto bytes = number(here + "/size") * 512;
      if (target(here + "/device").empty() || bytes == 0)
        continue;  // loop, zram, device mapper; an empty drive
      Json by_id = Json::array();
      below("/dev/disk/by-id/", [&](const std::string& path) {
        if (name_of(target(path)) == name) by_id.push_back(path);
      });
      const auto users = users_of(name);
      const auto serial = text(here + "/device/serial");
      out.push_back({{"name", name},
                     {"bytes", bytes},
                     {"model", text(here + "/device/model")},
                     {"serial", serial.empty() ? text(here + "/serial") : serial},
                     {"rotational", number(here + "/queue/rotational") == 1},
                     {"by_id", by_id},
                     {"in_use_by", users},
                     {"free", users.empty() && number(here + "/ro") == 0}});
    }
    return out;
  }

  Json pci() const {
    Json out = Json::array();
    for (const auto& address : names("/sys/bus/pci/devices/")) {
      const auto here = "/sys/bus/pci/devices/" + address;
      const auto id = [&](const char* file) {
        const auto value = text(here + "/" + file);
        return value.starts_with("0x") ? value.substr(2) : value;
      };
      const auto kind = id("class");
      // Display controllers, and processing accelerators.
      const bool gpu = kind.starts_with("03") || kind.starts_with("12");
      const auto group = name_of(target(here + "/iommu_group"));
      out.push_back({{"address", address},
                     {"class", kind},
                     {"vendor_id", id("vendor")},
                     {"product_id", id("device")},
                     {"driver", name_of(target(here + "/driver"))},
                     {"numa_node", number(here + "/numa_node", -1)},
                     {"iommu_group", group.empty() ? Json() : Json(std::atoi(group.c_str()))},
                     {"sriov", sriov(here)},
                     {"gpu", gpu}});
    }
    return out;
  }

  const SysTree& tree_;
};

}  // namespace

Result<std::string> record_sys_tree(Host& host, std::stop_token stop) {
  return run_ok(host, Command{{"sh", "-c", kRecord}}, stop);
}

SysTree sys_tree(const std::string& recorded) {
  SysTree tree;
  std::istringstream lines(recorded);
  for (std::string line; std::getline(lines, line);) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) continue;
    auto& content = tree[line.substr(0, tab)];
    if (!content.empty()) content += '\n';
    content += line.substr(tab + 1);
  }
  return tree;
}

Json hardware(const SysTree& tree) {
  return Reader(tree).all();
}

}  // namespace microstack
