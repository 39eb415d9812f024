#include "engine/steps/juju/action.h"

#include "engine/base/hash.h"
#include "engine/clients/juju/actions.h"

namespace microstack::juju {

std::string ActionStep::mark() const {
  return sha256_hex(wish_.parameters.dump()).substr(0, 16);
}

Result<Truth> ActionStep::check(StepContext& context) {
  const auto no = Truth::no(wish_.action + " was not run on " + wish_.application);
  MS_TRY(const auto status, view_.status(limit(context)));
  if (!status || !status->applications.contains(wish_.application)) return no;
  MS_TRY(auto* model, view_.session(limit(context)));
  MS_TRY(const auto notes, annotations(*model, "application-" + wish_.application, limit(context)));
  const auto found = notes.find(key());
  return found != notes.end() && found->second == mark() ? Truth::yes() : no;
}

Status ActionStep::apply(StepContext& context) {
  MS_TRY(auto* model, view_.session(limit(context)));
  MS_TRY(const auto status, view_.status(limit(context)));
  const auto leader = status ? status->leader(wish_.application) : std::nullopt;
  if (!leader)
    return retry(wish_.application + " has no leader that could run " + wish_.action, view_.text());
  auto ran = run_action(*model, *leader, wish_.action, wish_.parameters, Limit::of(wish_.limit, context.stop),
                        context.waiting, wish_.poll);
  context.waiting("");
  if (!ran) return std::move(ran).error();
  return set_annotations(*model, "application-" + wish_.application, {{key(), mark()}}, limit(context));
}

Status ActionStep::undo(StepContext& context) {
  MS_TRY(const auto status, view_.status(limit(context)));
  if (!status || !status->applications.contains(wish_.application)) return {};
  MS_TRY(auto* model, view_.session(limit(context)));
  return set_annotations(*model, "application-" + wish_.application, {{key(), ""}}, limit(context));
}

}  // namespace microstack::juju
