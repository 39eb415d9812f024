// What stands in the way of a node, told at plan at the attribute that causes it. Only looks.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "engine/cloud/cloud.h"
#include "provider/framework/call.h"
#include "provider/resources/node_model.h"

namespace microstack::provider {

// Host names of servers that are planned in this process, which no deployment knows yet.
class PlannedHostNames {
 public:
  // The other node of that cluster that has it; empty: it is this node's now.
  std::string claim(const std::string& cluster_id, const std::string& host_name, const std::string& node) {
    std::lock_guard lock(mutex_);
    const auto& owner = names_.try_emplace({cluster_id, host_name}, node).first->second;
    return owner == node ? std::string() : owner;
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> names_;
};

void preflight(Clouds& clouds, PlannedHostNames& host_names, const NodeModel& planned, terraform::Call& call);

}  // namespace microstack::provider
