// One model as all steps of a plan see it: found by its name once it is there, and looked at as seldom as possible.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/clients/juju/applications.h"
#include "engine/clients/juju/controller.h"
#include "engine/clients/juju/models.h"

namespace microstack::juju {

using ConfigOfAll = std::map<std::string, std::map<std::string, Setting>>;  // application -> key -> setting

class ModelView {
 public:
  // controller outlives the view. owner empty: the user that is logged in.
  ModelView(Controller& controller, std::string name, std::string owner = {})
      : controller_(controller), name_(std::move(name)), owner_(std::move(owner)) {}
  ModelView(const ModelView&) = delete;
  ModelView& operator=(const ModelView&) = delete;

  const std::string& name() const { return name_; }
  const std::string& owner() const;  // the user's own name where none was given
  Controller& controller() { return controller_; }
  // "model openstack of controller lab", for messages.
  std::string text() const;

  // Nothing where there is no such model. Asked once; again after forget().
  Result<std::optional<ModelInfo>> find(const Limit& limit);
  void forget();
  // Error (ask): there is no such model.
  Result<std::string> uuid(const Limit& limit);
  Result<Session*> session(const Limit& limit);
  Result<StatusPoller*> poller(const Limit& limit);

  // The model's status, null where there is no model. It was asked after the last changed(), and is a few seconds old
  // at most, longer only within a Look: steps that look at the same time share one call.
  Result<std::shared_ptr<const ModelStatus>> status(const Limit& limit);
  // Configuration of every application, one call for all of them, as fresh as status().
  Result<std::shared_ptr<const ConfigOfAll>> config(const Limit& limit);
  // What was seen so far does not count any more: somebody changed something.
  void changed();

  // It begins with what is fresh, or joins one that is under way; while there is one, what was seen since it began stays
  // good enough: looking at a whole plan is one call, however long a busy machine takes for it.
  class Look {
   public:
    explicit Look(ModelView& view);
    ~Look();
    Look(const Look&) = delete;
    Look& operator=(const Look&) = delete;

   private:
    ModelView& view_;
  };

 private:
  std::chrono::steady_clock::time_point earliest() const;

  Controller& controller_;
  std::string name_, owner_;
  std::mutex finding_, asking_;
  mutable std::mutex mutex_;
  std::optional<ModelInfo> found_;
  // What somebody else saw before this view was made may be before his own change.
  std::chrono::steady_clock::time_point changed_ = std::chrono::steady_clock::now();
  int looks_ = 0;
  std::string config_of_;  // uuid of the model that config_ is of
  std::shared_ptr<const ConfigOfAll> config_;
  std::chrono::steady_clock::time_point config_at_{};
};

}  // namespace microstack::juju
