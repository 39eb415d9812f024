// A model on the test controller as the contract of steps (tests/support/step_contract.h) wants its worlds: calls are
// counted, the n-th can fail or lose its answer, and `files` is what a model holds, as text.
//
// One controller serves all worlds of a test program: its keys are drawn once, each world begins with an empty one.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "engine/clients/juju/websocket.h"
#include "engine/steps/juju/model_view.h"
#include "tests/support/juju_controller/juju_controller.h"

namespace microstack::testing {

class DisturbedWorld {
 public:
  // major: of Juju. The controller has no model; add_model() makes "openstack".
  explicit DisturbedWorld(int major = 4);
  DisturbedWorld(const DisturbedWorld&) = delete;
  DisturbedWorld& operator=(const DisturbedWorld&) = delete;

  JujuController& server() { return server_; }
  juju::Controller& controller() { return controller_; }
  void add_model(const std::string& name = "openstack");
  // Deployed and active, as if long ago.
  void add_application(const std::string& name, const std::string& charm,
                       const std::string& channel = "latest/stable");
  // A new one for each program that starts: it knows nothing of what was seen before.
  juju::ModelView& view();

  int calls();
  void fail_call(int n);
  void lose_answer_of_call(int n);

  struct File {
    std::string bytes;
    int mode = 0;
    std::string owner, group;
  };
  // What the model holds when it is iterated.
  struct Files {
    DisturbedWorld& world;
    mutable std::map<std::string, File> now;
    std::map<std::string, File>::const_iterator begin() const;
    std::map<std::string, File>::const_iterator end() const { return now.end(); }
  };
  Files files{*this, {}};

 private:
  JujuController& server_;
  juju::WebsocketDialer dialer_;
  juju::Controller controller_;
  std::vector<std::unique_ptr<juju::ModelView>> views_;
};

juju::Access access_to(const JujuController& controller);
// Waits of milliseconds where a real controller needs seconds.
juju::Session::Options quick_session();

}  // namespace microstack::testing
