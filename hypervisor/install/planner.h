// How a profile becomes steps: the seam between the installer's run (attach, cancel, resume) and the
// substrate.
#pragma once

#include <functional>
#include <memory>

#include "engine/base/places.h"
#include "engine/catalogue/profile.h"
#include "engine/plan/plan.h"

namespace microstack {

// Owns what the steps of its plans refer to (host, secrets, undo records): it must outlive them.
class Planner {
 public:
  virtual ~Planner() = default;
  virtual Result<Plan> plan(const Profile& profile) = 0;
  // What the finished node has to say of itself (cluster id, addresses, fingerprints); no secret.
  virtual Result<Json> facts(const Profile& profile) = 0;
};

using MakePlanner = std::function<Result<std::unique_ptr<Planner>>(const Places&)>;

}  // namespace microstack
