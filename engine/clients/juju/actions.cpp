#include "engine/clients/juju/actions.h"

#include "engine/clients/juju/applications.h"

namespace microstack::juju {

namespace {

bool ended(const std::string& status) {
  return status != "pending" && status != "running" && status != "aborting";
}

std::string log_of(const Json& result) {
  std::string out;
  for (const auto& line : list(result, "log")) out += text(line, "message") + "\n";
  return out;
}

}  // namespace

Result<ActionResult> run_action(Session& model, const std::string& unit, const std::string& action,
                                const Json& parameters, const Limit& limit,
                                const std::function<void(const std::string&)>& tell,
                                std::chrono::milliseconds interval) {
  auto subject = "action " + action + " on " + unit;
  Json arg = {{"tag", ""}, {"receiver", unit_tag(unit)}, {"name", action}, {"parameters", parameters}};
  Call enqueue{"Action", "EnqueueOperation", {{"actions", Json::array({arg})}}};
  MS_TRY(auto enqueued, model.call(enqueue, limit));
  MS_TRY(auto accepted, items(enqueued, "actions", {subject}, enqueue.name()));
  auto tag = text(map(accepted.front(), "action"), "tag");

  Json entity = {{"tag", tag}};
  Call look{"Action", "Actions", {{"entities", Json::array({entity})}}, true};
  std::string told = "pending";
  for (;;) {
    auto answer = model.call(look, limit);
    auto over = [&] { return limit.error(subject + ", which is " + told, model.access().controller); };
    if (!answer) return limit.over() ? over().because(std::move(answer).error()) : std::move(answer).error();
    MS_TRY(auto results, items(*answer, "results", {subject}, look.name()));
    const Json& result = results.front();
    auto status = text(result, "status");
    if (status == "completed") {
      return ActionResult{text(enqueued, "operation"), unit, result.value("output", Json::object()),
                          log_of(result)};
    }
    if (ended(status)) {
      auto why = text(result, "message");
      return ask(subject + " " + status + (why.empty() ? "" : ": " + why), model.access().controller,
                 "see `juju show-operation " + without_tag(text(enqueued, "operation"), "operation") + "`");
    }
    if (tell && status != told) tell(subject + " is " + status);
    told = status;
    if (limit.over()) return over();
    limit.pause(interval);
  }
}

Result<std::map<std::string, std::string>> actions_of(Session& model, const std::string& application,
                                                      const Limit& limit) {
  Json entity = {{"tag", "application-" + application}};
  Call call{"Action", "ApplicationsCharmsActions", {{"entities", Json::array({entity})}}, true};
  MS_TRY(auto answer, model.call(call, limit));
  MS_TRY(auto results, items(answer, "results", {application}, call.name()));
  std::map<std::string, std::string> found;
  for (const auto& [name, action] : map(results.front(), "actions").items()) {
    found[name] = text(action, "description");
  }
  return found;
}

}  // namespace microstack::juju
