// What Kubernetes knows of a unit that Juju does not: why a pod cannot start, what its containers said last.
#pragma once

#include <string>
#include <vector>

#include "engine/clients/juju/transport.h"

namespace microstack::juju {

class Evidence {
 public:
  virtual ~Evidence() = default;
  // Lines for people, the most telling first; empty where nothing is known. Short: it is asked when a wait is over.
  virtual std::vector<std::string> of(const std::string& model, const std::string& unit,
                                      const Limit& limit) = 0;
};

}  // namespace microstack::juju
