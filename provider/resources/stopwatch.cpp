#include "provider/resources/stopwatch.h"

#include <cmath>
#include <utility>

namespace microstack::provider {

void Stopwatch::begin(std::string name) {
  end();
  name_ = std::move(name);
  since_ = std::chrono::steady_clock::now();
}

void Stopwatch::end() {
  if (name_.empty()) return;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
  Phase phase;
  phase.name = std::exchange(name_, {});
  phase.seconds = std::round(seconds * 10) / 10;
  phases_.push_back(std::move(phase));
}

std::vector<Phase> Stopwatch::take() {
  end();
  return std::move(phases_);
}

}  // namespace microstack::provider
