#include "engine/host/local_host.h"
#include "engine/machines/probe.h"
#include "hypervisor/install/native_planner.h"
#include "hypervisor/install/virtualization.h"
#include "hypervisor/program.h"

namespace {

using namespace microstack;

// What the catalogue's texts want to know of the machine, from what probing it said. Only what does not
// change from one look to the next: a plan made of it must be the same tomorrow.
Result<Json> machine_facts(const Places& places) {
  LocalHost host;
  MS_TRY(const auto found, probe_host(host, places, false));
  MS_TRY(const auto tried, recorded_virtualization(places));
  Json facts = Json::object();
  if (found.contains("cpus")) facts["cpus"] = found["cpus"];
  if (found.contains("memory_mib")) facts["memory_mib"] = found["memory_mib"].value("total", 0);
  const bool kvm = tried && tried->type == "kvm";  // nothing was tried: emulation always works
  const bool datapath = found.value("openvswitch_module", false);
  facts["kvm"] = kvm;
  facts["virt_type"] = kvm ? "kvm" : "qemu";
  if (tried && !tried->reason.empty()) facts["no_kvm_because"] = tried->reason;
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
