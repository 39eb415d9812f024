#include "engine/host/local_host.h"
#include "engine/machines/probe.h"
#include "hypervisor/install/native_planner.h"
#include "hypervisor/program.h"

namespace {

using namespace microstack;

// What the catalogue's texts want to know of the machine, from what probing it said. Only what does not
// change from one look to the next: a plan made of it must be the same tomorrow.
Result<Json> machine_facts(const Places& places) {
  LocalHost host;
  MS_TRY(const auto found, probe_host(host, places, true));
  Json facts = Json::object();
  if (found.contains("cpus")) facts["cpus"] = found["cpus"];
  if (found.contains("memory_mib")) facts["memory_mib"] = found["memory_mib"].value("total", 0);
  const bool kvm = found.contains("kvm") && found["kvm"].value("works", false);
  const bool datapath = found.value("openvswitch_module", false);
  facts["kvm"] = kvm;
  facts["virt_type"] = kvm ? "kvm" : "qemu";
  facts["ovs_kernel"] = datapath;
  facts["datapath"] = datapath ? "system" : "netdev";
  return facts;
}

}  // namespace

int main(int argc, char** argv) {
  return program(argc, argv, [](const Places& places) {
    return native_planner(places, [places] { return machine_facts(places); });
  });
}
