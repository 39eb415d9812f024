// How a profile becomes steps: the seam between the installer's run (attach, cancel, resume) and the
// substrate.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/places.h"
#include "engine/catalogue/profile.h"
#include "engine/machines/machine_spec.h"
#include "engine/plan/executor.h"
#include "engine/plan/plan.h"

namespace microstack {

enum class Stage {
  all,
  prepare,       // only what may be done once in a base image: no secret, no address in its outcome
  certificates,  // only certificates: to renew those that end soon
};

// What a base image and the prepared layer on it are made of.
struct ImageRecipe {
  ImageSpec image;
  Profile profile;       // of the scratch node that the prepare stage is carried out on
  std::string prepared;  // the layer's name: says all that decides its content
};

// What looking at a node found; `answer` is printed as it is: {"differences": [...], "healthy": ..., ...}.
struct NodeStatus {
  Json answer = Json::object();
  bool differs = false;
  std::optional<Error> error;  // checks that could not be made
};

// Owns what the steps of its plans refer to (host, secrets, undo records): it must outlive them.
class Planner {
 public:
  virtual ~Planner() = default;
  virtual Result<Plan> plan(const Profile& profile, Stage stage) = 0;
  // Before an installation: what only a trial can say is tried and written down, so that plans need not. True: plans made
  // before are to be made again.
  virtual Result<bool> settle(const Profile&, const RunOptions&) { return false; }
  // For unwind(): what steps of an older program left that no plan speaks of any more.
  virtual Result<Plan> orphans(const Profile&, const std::vector<std::string>&) { return Plan(); }
  // For unwind(): what the node had by `before` and is not to have by `now`, such as a component that left.
  virtual Result<Plan> leaving(const Profile& before, const Profile& now) = 0;
  // What takes out again, after Stage::prepare, all that an image must not carry.
  virtual Result<Plan> seal(const Profile& profile) = 0;
  // For nodes with any of these roles; no component named: all there are.
  virtual Result<ImageRecipe> image(const std::string& release, const std::vector<std::string>& components,
                                    const std::vector<std::string>& roles) = 0;
  virtual NodeStatus status(const Profile& profile, const RunOptions& options) = 0;
  // On a control node, whose profile `control` is: what the cluster has to know of nodes that join it, all at once,
  // and then what each of them is to be given (its secrets by name).
  virtual Result<Plan> joining(const Profile& control, const std::vector<Profile>& nodes) = 0;
  virtual Result<std::map<std::string, std::string>> handed_over(const Profile& node) = 0;
  // What is to be forgotten of nodes that are gone.
  virtual Result<Plan> parting(const Profile& control, const std::vector<Profile>& nodes) = 0;
  // What the finished node has to say of itself (cluster id, addresses, fingerprints); no secret.
  virtual Result<Json> facts(const Profile& profile) = 0;
};

using MakePlanner = std::function<Result<std::unique_ptr<Planner>>(const Places&)>;

}  // namespace microstack
