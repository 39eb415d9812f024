// Settings of a hypervisor: the attributes of the component compute (schemas/components/compute.yaml), one by one. A test
// holds the two lists to each other.
#pragma once

#include "engine/base/json.h"
#include "provider/framework/model.h"

namespace microstack::provider {

struct NodeCompute {
  terraform::Attr<std::string> virtualization;
  terraform::Attr<std::string> cpu_mode;
  terraform::Attr<std::vector<std::string>> cpu_models;
  terraform::Attr<double> cpu_allocation_ratio;
  terraform::Attr<double> ram_allocation_ratio;
  terraform::Attr<std::int64_t> reserved_memory_mib;
  terraform::Attr<std::string> cpu_dedicated_set;
  terraform::Attr<std::string> cpu_shared_set;
  terraform::Attr<std::vector<std::string>> hugepages;
  terraform::Attr<std::vector<std::string>> reserved_huge_pages;
  terraform::Attr<std::vector<std::string>> pci_devices;
  terraform::Attr<std::vector<std::string>> pci_aliases;
  terraform::Attr<bool> resume_guests;
  terraform::Attr<std::string> migration_address;
  terraform::Attr<std::string> ceph_user;
  terraform::Attr<std::string> ceph_secret_uuid;
  terraform::Attr<Secret> ceph_key;
  terraform::Attr<std::int64_t> ceph_key_version;
  terraform::Attr<bool> debug;
  bool operator==(const NodeCompute&) const = default;

  static auto schema() {
    using terraform::attribute;
    using Self = NodeCompute;
    const std::string cpus = R"(\^?\d+(-\d+)?(,\^?\d+(-\d+)?)*)", cpus_words = "a set of CPUs: 0-3,8,^2";
    return terraform::model<NodeCompute>(
        "Settings of a hypervisor; on a node what is not given is as on the cluster's first one.",
        attribute("virtualization", &Self::virtualization)
            .optional()
            .one_of({"auto", "kvm", "qemu"})
            .doc("`kvm`, `qemu` (emulation), or `auto`: a guest that is booted when the node is installed "
                 "decides."),
        attribute("cpu_mode", &Self::cpu_mode)
            .optional()
            .one_of({"host-model", "host-passthrough", "custom", "none"})
            .doc("libvirt's CPU mode under KVM."),
        attribute("cpu_models", &Self::cpu_models)
            .optional()
            .doc("With `cpu_mode = \"custom\"`: what libvirt calls them, the least wanted first."),
        attribute("cpu_allocation_ratio", &Self::cpu_allocation_ratio)
            .optional()
            .doc("Virtual CPUs per CPU of the node."),
        attribute("ram_allocation_ratio", &Self::ram_allocation_ratio)
            .optional()
            .doc("Guests' memory per memory of the node."),
        attribute("reserved_memory_mib", &Self::reserved_memory_mib)
            .optional()
            .doc("Memory kept back for the node itself, MiB."),
        attribute("cpu_dedicated_set", &Self::cpu_dedicated_set)
            .optional()
            .matches(cpus, cpus_words)
            .doc("CPUs of pinned guests: `4-15,^8`."),
        attribute("cpu_shared_set", &Self::cpu_shared_set)
            .optional()
            .matches(cpus, cpus_words)
            .doc("CPUs of all other guests."),
        attribute("hugepages", &Self::hugepages)
            .optional()
            .doc("Huge pages taken at boot, `NODE:KIB:COUNT` each, NODE being the NUMA node: `0:2048:1024`."),
        attribute("reserved_huge_pages", &Self::reserved_huge_pages)
            .optional()
            .doc("Of them, kept from guests, as Nova writes it: `node:0,size:2048,count:64`."),
        attribute("pci_devices", &Self::pci_devices)
            .optional()
            .doc("What may be given to guests, Nova's `device_spec` as JSON each."),
        attribute("pci_aliases", &Self::pci_aliases)
            .optional()
            .doc("What flavors ask for, Nova's `alias` as JSON each. The cluster's own `compute` needs the "
                 "same."),
        attribute("resume_guests", &Self::resume_guests)
            .optional()
            .doc("Whether guests start again with the node."),
        attribute("migration_address", &Self::migration_address)
            .optional()
            .doc("Where live migrations arrive; the management address when not given."),
        attribute("ceph_user", &Self::ceph_user)
            .optional()
            .required_with({"ceph_secret_uuid"})
            .doc("Whom guests' RBD disks are opened as, such as `nova` for `client.nova`."),
        attribute("ceph_secret_uuid", &Self::ceph_secret_uuid)
            .optional()
            .matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID")
            .doc("The UUID by which libvirt knows that user's key; the same on all hypervisors that guests "
                 "move between."),
        attribute("ceph_key", &Self::ceph_key)
            .optional()
            .write_only()
            .required_with({"ceph_user"})
            .matches("[A-Za-z0-9+/]{20,}={0,2}", "a key as `ceph auth get-key` prints it")
            .doc("That user's key. It is in no plan and no state: the node keeps it for root alone, and "
                 "libvirt has it as a "
                 "secret. What Terraform cannot see change is given anew with another `ceph_key_version`; on "
                 "a node without "
                 "one of its own it is the first node's."),
        attribute("ceph_key_version", &Self::ceph_key_version)
            .optional()
            .doc("Another number says that `ceph_key` is another one."),
        attribute("debug", &Self::debug).optional().doc("Debug messages in nova-compute's log."));
  }
};

// The key of guests' disks, where one is given: the secret of the profile.
std::map<std::string, std::string> secrets_of(const terraform::Attr<NodeCompute>& compute);
// A model's JSON without what is in no plan and no state: for what is written down.
Json without_keys(Json model);
// What is given of them, as the component's config.
Json config_of(const terraform::Attr<NodeCompute>& compute);

}  // namespace microstack::provider
