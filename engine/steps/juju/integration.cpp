#include "engine/steps/juju/integration.h"

#include <algorithm>

namespace microstack::juju {

Result<Truth> IntegrationStep::check(StepContext& context) {
  MS_TRY(const auto status, view_.status(limit(context)));
  if (status && status->integrated(one_, other_)) return Truth::yes();
  return Truth::no(one_ + " is not integrated with " + other_);
}

Status IntegrationStep::apply(StepContext& context) {
  MS_TRY(auto* model, view_.session(limit(context)));
  auto made = integrate(*model, one_, other_, limit(context));
  view_.changed();
  if (!made) return std::move(made).error();
  return {};
}

Status IntegrationStep::undo(StepContext& context) {
  MS_TRY(const auto status, view_.status(limit(context)));
  if (!status || !status->integrated(one_, other_)) return {};
  MS_TRY(auto* model, view_.session(limit(context)));
  auto removed = remove_integration(*model, one_, other_, limit(context));
  view_.changed();
  return removed;
}

OfferStep::OfferStep(ModelView& view, OfferWish wish, Waits waits)
    : ModelStep(view, waits), wish_(std::move(wish)) {
  std::sort(wish_.endpoints.begin(), wish_.endpoints.end());
}

Result<Truth> OfferStep::check(StepContext& context) {
  MS_TRY(const auto status, view_.status(limit(context)));
  if (!status || !status->offers.contains(wish_.name))
    return Truth::no("offer " + wish_.name + " is missing");
  const auto& there = status->offers.at(wish_.name);
  if (there.application != wish_.application)
    return Truth::no("offer " + wish_.name + " is of " + there.application + ", not of " + wish_.application);
  auto endpoints = there.endpoints;
  std::sort(endpoints.begin(), endpoints.end());
  if (endpoints != wish_.endpoints) return Truth::no("offer " + wish_.name + " has other endpoints");
  return Truth::yes();
}

Status OfferStep::apply(StepContext& context) {
  MS_TRY(const auto uuid, view_.uuid(limit(context)));
  auto& controller = view_.controller().session();
  auto made = offer(controller, uuid, wish_.application, wish_.endpoints, wish_.name, limit(context));
  view_.changed();
  if (made) return {};
  // A lost answer, or one with other endpoints.
  MS_TRY(const auto truth, check(context));
  if (truth.holds) return {};
  return doing("offering " + wish_.name + " of " + wish_.application, std::move(made).error());
}

Status OfferStep::undo(StepContext& context) {
  MS_TRY(const auto status, view_.status(limit(context)));
  if (!status || !status->offers.contains(wish_.name)) return {};
  const auto url = view_.owner() + "/" + view_.name() + "." + wish_.name;
  auto removed = remove_offers(view_.controller().session(), {url}, true, limit(context));
  view_.changed();
  return removed;
}

}  // namespace microstack::juju
