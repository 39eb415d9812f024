#include "engine/machines/hardware.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

using namespace microstack;

namespace {

Json of_tree(const std::string& name) {
  std::ifstream in(MS_SOURCE_DIR "/tests/engine/machines/trees/" + name);
  REQUIRE(in);
  std::ostringstream text;
  text << in.rdbuf();
  return hardware(sys_tree(text.str()));
}

Json named(const Json& list, const char* key, const std::string& value) {
  for (const auto& one : list)
    if (one[key] == value) return one;
  FAIL(value << " is not there");
  return {};
}

}  // namespace

TEST_CASE("the processors of a server are counted by socket, core and thread") {
  const auto cpu = of_tree("server.txt")["cpu"];
  CHECK(cpu["model"] == "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz");
  CHECK(cpu["sockets"] == 2);
  CHECK(cpu["cores"] == 4);
  CHECK(cpu["threads"] == 8);
  CHECK(cpu["virtualization"] == "vmx");
  CHECK(cpu["flags"].size() == 6);
}

TEST_CASE("each NUMA node has its processors, memory and huge pages") {
  const auto numa = of_tree("server.txt")["numa"];
  REQUIRE(numa.size() == 2);
  CHECK(numa[1]["cpus"] == "2-3,6-7");
  CHECK(numa[0]["memory_mib"] == 128723);
  CHECK(numa[0]["hugepages"] == Json{{{"size_kib", 1048576}, {"total", 8}, {"free", 8}},
                                     {{"size_kib", 2048}, {"total", 1024}, {"free", 1000}}});
}

TEST_CASE("a NIC says its speed, driver, place and virtual functions, and a virtual link that it is none") {
  const auto links = of_tree("server.txt")["links"];
  CHECK(links.size() == 4);  // bonding_masters is no link
  const auto fast = named(links, "name", "ens1f0np0");
  CHECK(fast["speed_mbps"] == 100000);
  CHECK(fast["driver"] == "mlx5_core");
  CHECK(fast["pci_address"] == "0000:3b:00.0");
  CHECK(fast["numa_node"] == 0);
  CHECK(fast["sriov"] == Json{{"total", 8}, {"used", 4}});
  CHECK(named(links, "name", "ens1f1np1")["speed_mbps"].is_null());
  CHECK(named(links, "name", "eno1")["addresses"] == Json{"192.0.2.21", "192.0.2.22"});
  CHECK(named(links, "name", "lo")["physical"] == false);
}

TEST_CASE("a disk is free only when nothing holds it: no mount, no swap, no mapping, no file system on it") {
  const auto disks = of_tree("server.txt")["disks"];
  CHECK(disks.size() == 5);  // no loop device, no empty drive
  const auto used_by = [&](const std::string& name) { return named(disks, "name", name)["in_use_by"]; };
  CHECK(used_by("sda") == Json{"/", "/boot/efi", "swap"});
  CHECK(used_by("sdb") == Json::array());
  CHECK(used_by("sdc") == Json{"dm-0"});
  CHECK(used_by("nvme1n1") == Json{"nvme1n1 holds ceph_bluestore"});
  const auto free = named(disks, "name", "sdb");
  CHECK(free["free"] == true);
  CHECK(free["bytes"] == 12000138625024);
  CHECK(free["rotational"] == true);
  CHECK(free["by_id"].size() == 2);
  CHECK(named(disks, "name", "nvme0n1")["serial"] == "S64HNE0");
  CHECK(named(disks, "name", "sdc")["free"] == false);
}

TEST_CASE("GPUs and accelerators are told from other PCI devices") {
  const auto found = of_tree("server.txt");
  const auto card = named(found["pci"], "address", "0000:af:00.0");
  CHECK(card["vendor_id"] == "10de");
  CHECK(card["product_id"] == "20b5");
  CHECK(card["driver"] == "vfio-pci");
  CHECK(card["numa_node"] == 1);
  CHECK(card["iommu_group"] == 81);
  int gpus = 0;
  for (const auto& device : found["pci"]) gpus += device["gpu"].get<bool>();
  CHECK(gpus == 3);
  CHECK(found["iommu"] == true);
  CHECK(found["kvm"]["device"] == true);
}

TEST_CASE("a virtual machine's hardware is found below its virtio devices") {
  const auto found = of_tree("virtual-machine.txt");
  const auto nic = named(found["links"], "name", "eth0");
  CHECK(nic["driver"] == "virtio_net");
  CHECK(nic["pci_address"] == "0000:00:03.0");
  CHECK(nic["addresses"] == Json{"192.0.2.7"});
  CHECK(named(found["disks"], "name", "vda")["bytes"] == 274877906944);
  CHECK(found["iommu"] == false);
}

TEST_CASE("a host that says nothing has no hardware, and is no error") {
  const auto found = hardware({});
  CHECK(found["cpu"]["threads"] == 0);
  for (const char* list : {"numa", "links", "disks", "pci"}) CHECK(found[list] == Json::array());
}
