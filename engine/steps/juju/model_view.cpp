#include "engine/steps/juju/model_view.h"

namespace microstack::juju {

namespace {
using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds oldest{3'000}, oldest_in_look{60'000};
}  // namespace

const std::string& ModelView::owner() const {
  return owner_.empty() ? controller_.access().user : owner_;
}

std::string ModelView::text() const {
  const auto& controller = controller_.access().controller;
  return "model " + name_ + (controller.empty() ? "" : " of controller " + controller);
}

Result<std::optional<ModelInfo>> ModelView::find(const Limit& limit) {
  const std::lock_guard one(finding_);
  {
    const std::lock_guard lock(mutex_);
    if (found_) return found_;
  }
  MS_TRY(auto found, find_model(controller_.session(), owner_, name_, limit));
  const std::lock_guard lock(mutex_);
  if (found && found->life == "alive") found_ = found;  // what is dying will be another one soon
  if (const auto now = found ? found->uuid : std::string(); now != config_of_) {
    config_.reset();
    config_of_ = now;
  }
  return found;
}

void ModelView::forget() {
  const std::lock_guard lock(mutex_);
  found_.reset();
}

Result<std::string> ModelView::uuid(const Limit& limit) {
  MS_TRY(auto found, find(limit));
  if (!found) {
    Error error = ask("there is no " + text());
    error.code = code::model_not_found;
    return error;
  }
  return found->uuid;
}

Result<Session*> ModelView::session(const Limit& limit) {
  MS_TRY(const auto id, uuid(limit));
  return &controller_.model(id);
}

Result<StatusPoller*> ModelView::poller(const Limit& limit) {
  MS_TRY(const auto id, uuid(limit));
  return &controller_.poller(id);
}

Clock::time_point ModelView::earliest() const {
  const std::lock_guard lock(mutex_);
  return std::max(changed_, Clock::now() - (looks_ > 0 ? oldest_in_look : oldest));
}

ModelView::Look::Look(ModelView& view) : view_(view) {
  const std::lock_guard lock(view_.mutex_);
  if (view_.looks_++ == 0) view_.changed_ = Clock::now();
}

ModelView::Look::~Look() {
  const std::lock_guard lock(view_.mutex_);
  --view_.looks_;
}

Result<std::shared_ptr<const ModelStatus>> ModelView::status(const Limit& limit) {
  MS_TRY(auto found, find(limit));
  if (!found) return std::shared_ptr<const ModelStatus>();
  auto status = controller_.poller(found->uuid).since(earliest(), limit);
  if (status || !status.error().has_code(code::model_not_found)) return status;
  forget();  // gone meanwhile
  return std::shared_ptr<const ModelStatus>();
}

Result<std::shared_ptr<const ConfigOfAll>> ModelView::config(const Limit& limit) {
  MS_TRY(const auto now, status(limit));
  if (!now) return std::make_shared<const ConfigOfAll>();
  const std::lock_guard one(asking_);  // the others wait for this answer
  const auto good_since = earliest();
  {
    const std::lock_guard lock(mutex_);
    if (config_ && config_at_ >= good_since) return config_;
  }
  std::vector<std::string> names;
  for (const auto& [name, application] : now->applications) names.push_back(name);
  MS_TRY(auto* model, session(limit));
  const auto begun = Clock::now();
  MS_TRY(auto all, config_of_all(*model, names, limit));
  const std::lock_guard lock(mutex_);
  config_ = std::make_shared<const ConfigOfAll>(std::move(all));
  config_at_ = begun;
  return config_;
}

void ModelView::changed() {
  const std::lock_guard lock(mutex_);
  changed_ = Clock::now();
}

}  // namespace microstack::juju
