// Charmed clouds as the resources of this process share them: one connection for each controller and model, one look
// for all that read.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/catalogue/catalogue.h"
#include "engine/clients/juju/websocket.h"
#include "engine/cloud/charmed_cloud.h"
#include "engine/substrate/juju/charmed.h"
#include "engine/substrate/juju/kubernetes.h"
#include "engine/substrate/juju/record.h"
#include "provider/framework/call.h"

namespace microstack::provider {

// juju://CONTROLLER_UUID/MODEL_UUID
struct JujuId {
  std::string controller, model;
  static Result<JujuId> parse(const std::string& text);
  std::string text() const { return "juju://" + controller + "/" + model; }
};

struct JujuCloud {
  JujuCloud(juju::Controller& controller, const std::string& model, const std::string& owner)
      : tools(controller, model, owner), evidence(tools.view), record(tools.view) {
    tools.evidence = &evidence;
  }
  JujuCloud(const JujuCloud&) = delete;
  JujuCloud& operator=(const JujuCloud&) = delete;

  charmed::Tools tools;
  charmed::ModelEvidence evidence;
  charmed::JujuRecord record;
  std::mutex changing;  // one change at a time, however many resources ask
};

class JujuClouds {
 public:
  explicit JujuClouds(const Catalogue& catalogue, juju::Session::Options options = {})
      : catalogue_(catalogue), options_(std::move(options)) {}
  const Catalogue& catalogue() const { return catalogue_; }

  // With nothing but blocked and failed units that do not change, nobody is waited for any longer.
  std::chrono::milliseconds patience{10 * 60'000};

  // Access: MICROSTACK_JUJU_ADDRESSES and its siblings where they are set, else the juju command line's own files.
  // name: of the controller there; empty: the current one.
  Result<std::shared_ptr<JujuCloud>> of(const std::string& name, const std::string& model);
  // Null where the controller has no such model: proof of absence.
  Result<std::shared_ptr<JujuCloud>> of_id(const JujuId& id, const juju::Limit& limit);
  // As its nodes and whoever uses its API know it. Error (ask): there is no such cloud.
  Result<std::shared_ptr<AnyCloud>> any(const std::string& cluster_id, const OpenHost& open);

 private:
  Result<juju::Controller*> controller(const std::string& name, const std::string& uuid);
  Result<std::shared_ptr<JujuCloud>> at(juju::Controller& controller, const std::string& owner,
                                        const std::string& model);

  const Catalogue& catalogue_;
  juju::Session::Options options_;
  juju::WebsocketDialer dialer_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<juju::Controller>> controllers_;  // by address and user
  std::map<std::string, std::shared_ptr<JujuCloud>> clouds_;
  std::map<std::string, std::shared_ptr<AnyCloud>> any_;  // by id
};

// As long as the call may take.
juju::Limit limit_of(const terraform::Call& call);
// What is left of the call's time, less what it takes to say whom the wait was for.
std::chrono::milliseconds left(const terraform::Call& call);
// Events of a run as lines of progress.
RunOptions watched(terraform::Call& call);
// The texts of the differences; units that are blocked or failed are a warning, no apply repairs them.
std::vector<std::string> drift_of(const charmed::Observation& seen, terraform::Call& call);

}  // namespace microstack::provider
