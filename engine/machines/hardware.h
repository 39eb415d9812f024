// What hardware a host has, read from what its kernel says in /sys, /proc and /run/udev. Reading and understanding are
// apart: a recorded tree is a test.
#pragma once

#include <map>
#include <stop_token>
#include <string>

#include "engine/base/json.h"
#include "engine/host/host.h"

namespace microstack {

// Path -> content of a file; a symbolic link's is "-> TARGET".
using SysTree = std::map<std::string, std::string>;

// One command; it only reads. Its output is the tree as text, PATH TAB LINE for each line.
Result<std::string> record_sys_tree(Host& host, std::stop_token stop = {});
SysTree sys_tree(const std::string& recorded);

//   cpu{model,vendor,sockets,cores,threads,flags[],virtualization: vmx|svm|""}
//   numa[{node,cpus,memory_mib,hugepages[{size_kib,total,free,read_only?}]}]
//   links[{name,physical,mac,state,mtu,speed_mbps,driver,pci_address,numa_node,sriov{total,used},addresses[]}]
//   disks[{name,bytes,model,serial,rotational,by_id[],in_use_by[],free}]
//   pci[{address,class,vendor_id,product_id,driver,numa_node,iommu_group,sriov{total,used},gpu}]
//   iommu, kvm{device}
Json hardware(const SysTree& tree);

}  // namespace microstack
