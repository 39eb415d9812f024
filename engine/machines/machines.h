// The machines of this host: system containers, each an overlay on an image, with its own systemd. All
// functions work on this very host and need root.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/places.h"
#include "engine/host/local_host.h"
#include "engine/machines/cluster_network.h"
#include "engine/machines/fact.h"
#include "engine/machines/machine_spec.h"
#include "engine/plan/plan.h"

namespace microstack {

// What is on the machine's record, and what is seen of it.
struct MachineStatus {
  std::string cluster;
  std::string name;
  std::string state;     // off, starting, running, degraded, stopping; unfinished: making it was interrupted
  long leader = 0;       // its PID 1 as a process of this host
  int index = 0;         // 1..: decides addresses and links
  std::string image;     // the lowest layer's folder
  std::string host_key;  // ssh-ed25519 AAAA...
  int reboots = 0;
  std::map<std::string, std::string> addresses;  // management, tunnel, api (of the cluster)
  std::optional<ClusterNetwork> network;
};
Json to_json(
    const MachineStatus& status);  // also cidr and gateway of management and external, and the links' names

class Machines {
 public:
  Machines(Places places, LocalHost& host) : places_(std::move(places)), host_(host) {}

  // Decides everything (networks, index) and records it; then the steps that make it so. `layers` are the
  // folders of the image, uppermost first. A finished machine of an equal specification is a plan in which
  // all holds, an unfinished one is gone on with, one of another specification is an error that names what
  // differs.
  Result<Plan> up(const MachineSpec& spec, const std::vector<std::string>& layers);

  // The folders an existing machine lies on, uppermost first.
  Result<std::optional<std::vector<std::string>>> layers(const std::string& cluster,
                                                         const std::string& name) const;
  Result<MachineStatus> status(const std::string& cluster, const std::string& name);
  Result<std::vector<MachineStatus>> list();  // by cluster and name

  // Waits until it is running (or degraded), at most `limit`.
  Status start(const std::string& cluster, const std::string& name, StepContext& context);
  // Orderly; after `limit` as if the power were cut.
  Status power_off(const std::string& cluster, const std::string& name, std::chrono::seconds limit,
                   StepContext& context);
  Status kill(const std::string& cluster, const std::string& name, StepContext& context);
  // Cuts the power and removes all it had; the cluster's networks too when it was the last. What is gone is
  // gone.
  Status remove(const std::string& cluster, const std::string& name, StepContext& context);

  // PID 1 of a running machine; error of kind retry when there is none.
  Result<long> leader(const std::string& cluster, const std::string& name) const;

  std::string folder(const std::string& cluster, const std::string& name) const;
  const Places& places() const { return places_; }

 private:
  struct Record;  // machine.json

  Result<std::optional<Record>> record(const std::string& cluster, const std::string& name) const;
  Result<Record> reserve(const MachineSpec& spec, const std::vector<std::string>& layers);
  Fact files_fact(const Record& record, const ClusterNetwork& network);
  Fact running_fact(const Record& record);
  Status make_files(const Record& record, const ClusterNetwork& network);
  Status seed(const Record& record, const ClusterNetwork& network, const std::string& root);
  Status launch(const std::string& cluster, const std::string& name);
  Status wait_until_running(const std::string& cluster, const std::string& name, StepContext& context);
  Result<bool> wait_until_off(const std::string& cluster, const std::string& name,
                              std::chrono::milliseconds limit, StepContext& context);

  Places places_;
  LocalHost& host_;
};

}  // namespace microstack
