#include "engine/clients/juju/facades.h"

#include <algorithm>

namespace microstack::juju {

namespace {

// The lowest is that of Juju 3.6 (or lower where nothing we use changed), the highest that of 4.1; their
// differences that concern us: ModelManager 11 and ApplicationOffers 6 say `qualifier` where 10 and 5 say
// owner.
struct Spoken {
  int lowest, highest;
};
const std::map<std::string, Spoken>& spoken() {
  static const std::map<std::string, Spoken> versions = {
      {"Action", {7, 7}},         {"Annotations", {2, 2}},
      {"Application", {19, 22}},  {"ApplicationOffers", {5, 6}},
      {"Block", {2, 2}},          {"Charms", {7, 7}},
      {"Client", {8, 8}},         {"Cloud", {7, 8}},
      {"Controller", {12, 14}},   {"ModelConfig", {3, 4}},
      {"ModelManager", {10, 11}}, {"NotifyWatcher", {1, 1}},
      {"Pinger", {1, 1}},         {"Resources", {3, 3}},
      {"Secrets", {2, 2}},        {"StringsWatcher", {1, 1}},
      {"UserManager", {3, 3}},    {"HighAvailability", {2, 3}},
  };
  return versions;
}

}  // namespace

Result<int> choose_version(const std::string& facade, const Offered& offered,
                           const std::string& server_version) {
  auto ours = spoken().find(facade);
  if (ours == spoken().end()) return give_up("MicroStack does not speak Juju's facade " + facade);
  auto theirs = offered.find(facade);
  int best = -1;
  std::string list;
  if (theirs != offered.end()) {
    for (int version : theirs->second) {
      list += (list.empty() ? "" : ", ") + std::to_string(version);
      if (version >= ours->second.lowest && version <= ours->second.highest) best = std::max(best, version);
    }
  }
  if (best >= 0) return best;
  return give_up("the controller (Juju " + server_version + ") offers " +
                     (list.empty() ? "no facade " + facade : "version " + list + " of facade " + facade) +
                     ", MicroStack speaks " + std::to_string(ours->second.lowest) + " to " +
                     std::to_string(ours->second.highest),
                 {}, "use a controller of Juju 3.6 or 4.x");
}

}  // namespace microstack::juju
