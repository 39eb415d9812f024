// Times of what an apply did one after the other.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "provider/resources/cluster_model.h"

namespace microstack::provider {

class Stopwatch {
 public:
  void begin(std::string name);  // ends what was under way
  std::vector<Phase> take();

 private:
  void end();

  std::string name_;
  std::chrono::steady_clock::time_point since_;
  std::vector<Phase> phases_;
};

}  // namespace microstack::provider
