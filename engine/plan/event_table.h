// Events for people: a line for each step that was changed or failed, and below them one live line that tells
// how far.
#pragma once

#include <map>
#include <string>

#include "engine/plan/event.h"

namespace microstack {

class Table {
 public:
  explicit Table(bool terminal) : terminal_(terminal) {}
  // What to print for an event; on a terminal it begins by wiping the live line and ends with the new one.
  std::string text(const Event& event);

 private:
  std::string lines(const Event& event);
  std::string live() const;

  bool terminal_;
  std::int64_t done_ = 0, total_ = 0;
  double eta_s_ = -1;
  struct Running {
    std::string title;
    std::string detail;
    double since = 0;
  };
  std::map<std::string, Running> running_;
};

}  // namespace microstack
