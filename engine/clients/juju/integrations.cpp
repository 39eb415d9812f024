#include "engine/clients/juju/integrations.h"

namespace microstack::juju {

namespace {

// 4.0 says "already exists" and "not found" of relations and offers in words, without a code.
bool says(const Error& error, const char* code, const char* words) {
  return error.has_code(code) || error.what.find(words) != std::string::npos;
}

}  // namespace

Result<bool> integrate(Session& model, const std::string& one, const std::string& other, const Limit& limit) {
  Call call{"Application", "AddRelation", {{"endpoints", Json::array({one, other})}}};
  auto answer = model.call(call, limit);
  if (answer) return true;
  if (says(answer.error(), code::already_exists, "already exists")) return false;
  return doing("integrating " + one + " with " + other, std::move(answer).error());
}

Status remove_integration(Session& model, const std::string& one, const std::string& other,
                          const Limit& limit) {
  Call call{"Application", "DestroyRelation", {{"endpoints", Json::array({one, other})}, {"relation-id", 0}}};
  auto answer = model.call(call, limit);
  if (answer || says(answer.error(), code::not_found, "not found")) return {};
  return doing("removing the integration of " + one + " with " + other, std::move(answer).error());
}

Status offer(Session& controller, const std::string& model_uuid, const std::string& application,
             const std::vector<std::string>& endpoints, const std::string& name, const Limit& limit) {
  Json names = Json::object();
  for (const auto& endpoint : endpoints) names[endpoint] = endpoint;
  Json arg = {{"model-tag", "model-" + model_uuid},
              {"offer-name", name},
              {"application-name", application},
              {"application-description", ""},
              {"endpoints", names},
              {"owner-tag", controller.access().user_tag()}};
  Call call{"ApplicationOffers", "Offer", {{"Offers", Json::array({arg})}}};
  MS_TRY(auto answer, controller.call(call, limit));
  return all_items(answer, "results", {name}, call.name());
}

Result<std::vector<Offer>> offers(Session& controller, const std::string& owner,
                                  const std::string& model_name, const Limit& limit) {
  MS_TRY(auto version, controller.version("ApplicationOffers", limit));
  Json filter = {{version >= 6 ? "model-qualifier" : "owner-name", owner},
                 {"model-name", model_name},
                 {"offer-name", ""},
                 {"application-name", ""},
                 {"application-description", ""},
                 {"application-user", ""},
                 {"endpoints", Json::array()},
                 {"connected-users", Json::array()},
                 {"allowed-users", Json::array()}};
  Call call{"ApplicationOffers", "ListApplicationOffers", {{"Filters", Json::array({filter})}}, true};
  MS_TRY(auto answer, controller.call(call, limit));
  std::vector<Offer> found;
  for (const auto& item : list(answer, "results")) {
    Offer offer{text(item, "offer-url"), text(item, "offer-name"), text(item, "application-name")};
    for (const auto& endpoint : list(item, "endpoints")) offer.endpoints.push_back(text(endpoint, "name"));
    offer.connections = static_cast<int>(list(item, "connections").size());
    found.push_back(std::move(offer));
  }
  return found;
}

Status remove_offers(Session& controller, const std::vector<std::string>& urls, bool force,
                     const Limit& limit) {
  if (urls.empty()) return {};
  Call call{"ApplicationOffers", "DestroyOffers", {{"offer-urls", urls}, {"force", force}}};
  MS_TRY(auto answer, controller.call(call, limit));
  auto checked = all_items(answer, "results", urls, call.name());
  if (checked || checked.error().has_code(code::not_found)) return {};
  return checked;
}

Status consume(Session& controller, Session& model, const std::string& offer_url, const std::string& alias,
               const Limit& limit) {
  Json urls = {{"offer-urls", Json::array({offer_url})}, {"bakery-version", 3}};
  Call details{"ApplicationOffers", "GetConsumeDetails", {{"offer-urls", urls}}, true};
  MS_TRY(auto answer, controller.call(details, limit));
  MS_TRY(auto results, items(answer, "results", {offer_url}, details.name()));
  Json arg = map(results.front(), "offer");
  arg["macaroon"] = results.front().value("macaroon", Json());
  if (results.front().contains("external-controller"))
    arg["external-controller"] = results.front()["external-controller"];
  arg["application-alias"] = alias;
  Call call{"Application", "Consume", {{"args", Json::array({arg})}}};
  MS_TRY(auto consumed, model.call(call, limit));
  return all_items(consumed, "results", {offer_url}, call.name());
}

Status remove_consumed(Session& model, const std::string& alias, bool force, const Limit& limit) {
  Json arg = {{"application-tag", "application-" + alias}, {"force", force}};
  Call call{"Application", "DestroyConsumedApplications", {{"applications", Json::array({arg})}}};
  MS_TRY(auto answer, model.call(call, limit));
  auto checked = all_items(answer, "results", {alias}, call.name());
  if (checked || checked.error().has_code(code::not_found)) return {};
  return checked;
}

}  // namespace microstack::juju
