#include "engine/machines/profile_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <regex>

#include "engine/base/yaml.h"

namespace microstack {
namespace {

class Look {
 public:
  Look(const Profile& profile, const Json& hardware) : profile_(profile), hardware_(hardware) {}

  std::vector<Finding> all() {
    addresses();
    links();
    if (profile_.has_role("compute")) compute();
    disks();
    return std::move(found_);
  }
  std::vector<Finding> of_compute() {
    compute();
    return std::move(found_);
  }

 private:
  void wrong(const std::string& check, const std::string& path, std::string what, std::string fix) {
    found_.push_back({check, true, std::move(what), std::move(fix), path_parts(path)});
  }

  const Json* link(const std::string& name) const {
    for (const auto& one : hardware_["links"])
      if (one["name"] == name) return &one;
    return nullptr;
  }
  std::string link_with(const std::string& address) const {
    for (const auto& one : hardware_["links"])
      for (const auto& has : one["addresses"])
        if (has == address) return one["name"];
    return {};
  }
  std::string names_of_links() const {
    std::string names;
    for (const auto& one : hardware_["links"])
      if (one["physical"] == true) names += (names.empty() ? "" : ", ") + one["name"].get<std::string>();
    return names.empty() ? "ip link shows the links there are" : "physical links here: " + names;
  }

  void addresses() {
    const auto own = profile_.node.addresses.find("management");
    if (own != profile_.node.addresses.end()) own_address("node.addresses.management", own->second);
  }

  void own_address(const std::string& path, const std::string& address) {
    if (!address.empty() && link_with(address).empty())
      wrong("addresses", path, fmt::format("no link of this machine has the address {}", address),
            "give the machine the address, or the profile the machine's");
  }

  void links() {
    const auto own = profile_.node.addresses.find("management");
    const auto carrier = own == profile_.node.addresses.end() ? std::string() : link_with(own->second);
    const auto look_at = [&](const std::string& path, const std::string& name) {
      if (name.empty()) return;
      if (link(name) == nullptr)
        wrong("links", path, fmt::format("there is no link {}", name), names_of_links());
      else if (name == carrier)
        wrong("links", path,
              fmt::format(
                  "the link {} carries the machine's own address {}: as a bridge's port it would lose it",
                  name, own->second),
              "name another link");
    };
    for (std::size_t i = 0; i < profile_.network.physnets.size(); ++i)
      look_at(join_path("network.physnets", i) + ".interface", profile_.network.physnets[i].interface);
    look_at("network.tunnel_interface", profile_.network.tunnel_interface);
  }

  void compute() {
    for (std::size_t i = 0; i < profile_.components.size(); ++i)
      if (profile_.components[i].name == "compute" && profile_.components[i].config.is_object())
        settings(join_path("components", i) + ".config.", profile_.components[i].config);
  }

  void settings(const std::string& path, const Json& chosen) {
    const auto text = [&](const char* key) {
      return chosen.contains(key) && chosen[key].is_string() ? chosen[key].get<std::string>() : std::string();
    };
    const auto each = [&](const char* key, auto look_at) {
      if (!chosen.contains(key) || !chosen[key].is_array()) return;
      for (std::size_t i = 0; i < chosen[key].size(); ++i)
        if (chosen[key][i].is_string()) look_at(join_path(path + key, i), chosen[key][i].get<std::string>());
    };
    for (const char* key : {"cpu_dedicated_set", "cpu_shared_set"}) cpus(path + key, text(key));
    if (text("migration_address") !=
        profile_.network.tunnel_ip)  // it may be given to a bridge that is yet to come
      own_address(path + "migration_address", text("migration_address"));
    each("hugepages", [&](const auto& at, const auto& wanted) { hugepages(at, wanted); });
    each("pci_devices", [&](const auto& at, const auto& wanted) { pci_device(at, wanted); });
    if (chosen.contains("pci_devices") && !chosen["pci_devices"].empty() && hardware_["iommu"] != true)
      wrong("iommu", path + "pci_devices",
            "PCI devices cannot be given to guests: this machine has no IOMMU switched on",
            "switch it on in the firmware, and in the kernel with intel_iommu=on where the processor is "
            "Intel's");
  }

  // A set as Nova and the kernel write it: 0-3,8,^2.
  void cpus(const std::string& path, const std::string& set) {
    static const std::regex form(R"(\^?\d{1,4}(-\d{1,4})?(,\^?\d{1,4}(-\d{1,4})?)*)");
    if (set.empty()) return;
    if (!std::regex_match(set, form))
      return wrong("cpus", path, fmt::format("\"{}\" is no set of CPUs", set), "write it like 0-3,8,^2");
    static const std::regex number(R"(\d+)");
    int highest = 0;
    for (std::sregex_iterator at(set.begin(), set.end(), number), end; at != end; ++at)
      highest = std::max(highest, std::stoi(at->str()));
    const int threads = hardware_["cpu"].value("threads", 0);
    if (highest >= threads)
      wrong("cpus", path, fmt::format("there is no CPU {}", highest),
            fmt::format("CPUs here: 0-{}", threads - 1));
  }

  void hugepages(const std::string& path, const std::string& wanted) {
    int node = 0, kib = 0, count = 0;
    if (std::sscanf(wanted.c_str(), "%d:%d:%d", &node, &kib, &count) != 3 || count <= 0)
      return wrong("hugepages", path, fmt::format("\"{}\" is no NODE:KIB:COUNT", wanted),
                   "write it like 0:2048:1024");
    for (const auto& here : hardware_["numa"]) {
      if (here["node"] != node) continue;
      const long long memory = here["memory_mib"];
      if (static_cast<long long>(count) * kib / 1024 > memory)
        wrong("hugepages", path,
              fmt::format("{} pages of {} KiB are more than the {} MiB of NUMA node {}", count, kib, memory,
                          node),
              "ask for fewer");
      for (const auto& pages : here["hugepages"])
        if (pages["size_kib"] == kib) {
          if (pages.value("read_only", false))
            wrong("hugepages", path,
                  "huge pages cannot be taken here: this is a container, and the kernel is its host's",
                  "leave them out, or make the node of a server");
          return;
        }
      return wrong("hugepages", path, fmt::format("the kernel has no pages of {} KiB", kib),
                   "use the other size, or boot with hugepagesz=1G");
    }
    wrong("hugepages", path, fmt::format("there is no NUMA node {}", node),
          fmt::format("nodes here: 0-{}", static_cast<int>(hardware_["numa"].size()) - 1));
  }

  void pci_device(const std::string& path, const std::string& wanted) {
    const Json spec = Json::parse(wanted, nullptr, false);
    if (!spec.is_object())
      return wrong("pci", path, "that is no device_spec of Nova",
                   R"(write it like {"address": "0000:3b:00.1"})");
    const auto says = [&](const char* key) {
      return spec.contains(key) && spec[key].is_string() ? spec[key].get<std::string>() : std::string();
    };
    const auto wished = says("address"), vendor = says("vendor_id"), product = says("product_id");
    if (wished.find('*') != std::string::npos) return;
    for (const auto& device : hardware_["pci"]) {
      const std::string address = device["address"];
      const bool here = wished.empty() || address == wished || address == "0000:" + wished;
      if (here && (vendor.empty() || device["vendor_id"] == vendor) &&
          (product.empty() || device["product_id"] == product))
        return;
    }
    wrong("pci", path, "no PCI device of this machine is the one described", "lspci -Dnn lists them");
  }

  void disks() {
    for (std::size_t i = 0; i < profile_.storage.osd_devices.size(); ++i) {
      const auto path = join_path("storage.osd_devices", i);
      const auto& wanted = profile_.storage.osd_devices[i];
      const Json* disk = nullptr;
      for (const auto& one : hardware_["disks"]) {
        const auto& ids = one["by_id"];
        if (wanted == "/dev/" + one["name"].get<std::string>() ||
            std::find(ids.begin(), ids.end(), wanted) != ids.end())
          disk = &one;
      }
      // A partition or a logical volume is no whole disk and not known here; what is no device at all, is.
      if (disk != nullptr && !(*disk)["in_use_by"].empty())
        found_.push_back({"disks", false,
                          fmt::format("the disk {} is in use: {}", wanted, (*disk)["in_use_by"].dump()),
                          "give a free one, unless that is this cloud's own", path_parts(path)});
    }
  }

  const Profile& profile_;
  const Json& hardware_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> profile_findings(const Profile& profile, const Json& hardware) {
  return Look(profile, hardware).all();
}

std::vector<Finding> compute_findings(const Profile& profile, const Json& hardware) {
  return Look(profile, hardware).of_compute();
}

}  // namespace microstack
