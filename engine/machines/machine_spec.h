// What a machine is to be, and which image it is an overlay of. JSON on stdin of `microstack-hypervisor
// machine up`.
#pragma once

#include <string>
#include <vector>

#include "engine/base/fields.h"

namespace microstack {

struct ImageSpec {
  std::string release = "2025.1";
  std::string suite = "trixie";  // Debian release that carries it
  std::string mirror = "http://deb.debian.org/debian";
  std::string proxy;                  // for downloads while the image is made; not kept in it
  std::vector<std::string> packages;  // order does not matter
  std::string tree;                   // an existing folder with a Debian instead of all of the above
};

struct MachineSpec {
  struct Networks {  // empty: chosen (engine/machines/address.h); the first machine decides
    std::string management;
    std::string external;
    std::string tunnel;
    // Links of this host that lead to the same networks on another one: they become ports of the bridges, and this host
    // takes no address in the networks.
    std::string management_link = {};
    std::string tunnel_link = {};
  };
  int version = 1;
  std::string cluster;
  std::string name;
  ImageSpec image;
  std::string prepared;  // name of a prepared layer on that image; "auto": this program's, made when missing;
                         // empty: none
  Networks networks;
  int index = 0;  // which of the cluster's addresses; 0: the first that no machine of this host has
  std::vector<std::string> authorized_keys;  // of root in the machine
  std::vector<std::string> dns;              // empty: this host's own
  std::vector<std::string> devices;          // device nodes of this host given to the machine
  bool isolated = false;                     // without networks: reached through its namespaces only
  std::string lifeline;                      // a lock file: the machine ends when nobody holds it any more
  int memory_mib = 0;                        // what it will need at least; looked at by the preflight
  int disk_mib = 0;
};

template <>
struct Fields<ImageSpec> {
  static constexpr auto list =
      fields(field("release", &ImageSpec::release), field("suite", &ImageSpec::suite),
             field("mirror", &ImageSpec::mirror), field("proxy", &ImageSpec::proxy),
             field("packages", &ImageSpec::packages), field("tree", &ImageSpec::tree));
};
MS_FIELDS_COMPLETE(ImageSpec);
template <>
struct Fields<MachineSpec::Networks> {
  static constexpr auto list = fields(field("management", &MachineSpec::Networks::management),
                                      field("external", &MachineSpec::Networks::external),
                                      field("tunnel", &MachineSpec::Networks::tunnel),
                                      field("management_link", &MachineSpec::Networks::management_link),
                                      field("tunnel_link", &MachineSpec::Networks::tunnel_link));
};
MS_FIELDS_COMPLETE(MachineSpec::Networks);
template <>
struct Fields<MachineSpec> {
  static constexpr auto list =
      fields(field("version", &MachineSpec::version), field("cluster", &MachineSpec::cluster, required),
             field("name", &MachineSpec::name, required), field("image", &MachineSpec::image, required),
             field("prepared", &MachineSpec::prepared), field("networks", &MachineSpec::networks),
             field("index", &MachineSpec::index), field("authorized_keys", &MachineSpec::authorized_keys),
             field("dns", &MachineSpec::dns), field("devices", &MachineSpec::devices),
             field("isolated", &MachineSpec::isolated), field("lifeline", &MachineSpec::lifeline),
             field("memory_mib", &MachineSpec::memory_mib), field("disk_mib", &MachineSpec::disk_mib));
};
MS_FIELDS_COMPLETE(MachineSpec);

// Strict, and every value checked: names are host names, addresses are addresses, a path is absolute.
Result<MachineSpec> machine_spec_from_json(const Json& json);
Result<ImageSpec> image_spec_from_json(const Json& json);
Status check_name(const std::string& name, const std::string& attribute);  // of a cluster or machine

}  // namespace microstack
