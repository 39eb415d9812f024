#include "tests/support/juju_controller/facade_calls.h"

namespace microstack::testing {

namespace {

std::string url_of(const Model& model, const std::string& offer) {
  return model.owner + "/" + model.name + "." + offer;
}

struct Found {
  Model* model;
  OfferedApplication* offer;
};

// OWNER/MODEL.OFFER
Found find_offer(World& world, const std::string& url) {
  for (auto& [ignored, model] : world.models) {
    for (auto& [name, offer] : model.offers) {
      if (url_of(model, name) == url) return {&model, &offer};
    }
  }
  throw ApiError("offer \"" + url + "\" not found", "not found");
}

Json endpoints_json(Model& model, const OfferedApplication& offer) {
  Json endpoints = Json::array();
  for (const auto& name : offer.endpoints) {
    const auto& endpoint = model.application(offer.application).charm.endpoints.at(name);
    endpoints.push_back({{"name", name},
                         {"role", endpoint.role},
                         {"interface", endpoint.interface},
                         {"limit", endpoint.limit}});
  }
  return endpoints;
}

Json details(Model& model, const OfferedApplication& offer) {
  return {{"source-model-tag", "model-" + model.uuid},
          {"offer-uuid", offer.uuid},
          {"offer-url", url_of(model, offer.name)},
          {"offer-name", offer.name},
          {"application-description", ""},
          {"endpoints", endpoints_json(model, offer)}};
}

Json admin_details(Model& model, const OfferedApplication& offer) {
  auto json = details(model, offer);
  json["application-description"] = model.application(offer.application).charm.name;
  json["users"] = Json::array({{{"user", model.owner}, {"display-name", model.owner}, {"access", "admin"}}});
  json["application-name"] = offer.application;
  json["charm-url"] = model.application(offer.application).charm.url();
  return json;
}

Json make_offers(CallContext& context, const Json& params) {
  return bulk(params.at("Offers"), [&](const Json& wish) -> Json {
    auto found = context.world.models.find(untagged(wish.at("model-tag"), "model"));
    if (found == context.world.models.end()) throw ApiError("model not found", "model not found");
    auto& application = found->second.application(wish.at("application-name"));
    OfferedApplication offer{context.world.uuid(), wish.at("offer-name"), application.name, {}};
    for (const auto& [ignored, endpoint] : wish.at("endpoints").items()) {
      auto name = endpoint.get<std::string>();
      if (application.charm.endpoints.count(name) == 0)
        throw ApiError("endpoint \"" + name + "\" not found", "not found");
      offer.endpoints.push_back(name);
    }
    // Offering again what is offered changes its endpoints.
    auto& stored = found->second.offers[offer.name];
    if (!stored.uuid.empty()) offer.uuid = stored.uuid;
    stored = offer;
    return Json::object();
  });
}

Json list_offers(CallContext& context, const Json& params) {
  Json found = Json::array();
  for (const auto& filter : params.at("Filters")) {
    auto owner = filter.value(context.version >= 6 ? "model-qualifier" : "owner-name", "");
    for (auto& [ignored, model] : context.world.models) {
      if (!filter.at("model-name").get<std::string>().empty() && filter["model-name"] != model.name) continue;
      if (!owner.empty() && owner != model.owner) continue;
      for (auto& [name, offer] : model.offers) found.push_back(admin_details(model, offer));
    }
  }
  return {{"results", found}};
}

Json consume(CallContext& context, const Json& params) {
  return bulk(params.at("args"), [&](const Json& wish) -> Json {
    auto found = find_offer(context.world, wish.at("offer-url"));
    if (wish.at("macaroon").is_null()) throw ApiError("permission denied", "unauthorized access");
    auto alias = wish.value("application-alias", "");
    if (alias.empty()) alias = wish.at("offer-name").get<std::string>();
    if (context.model->applications.count(alias) > 0) {
      throw ApiError("saas application called \"" + alias + "\" already exists", "already exists");
    }
    RemoteApplication remote{alias, wish.at("offer-url"), context.world.now(), {}};
    for (const auto& name : found.offer->endpoints) {
      remote.endpoints.push_back(found.model->application(found.offer->application).charm.endpoints.at(name));
    }
    remote.endpoints.push_back({"juju-info", "provider", "juju-info"});
    context.model->remotes[alias] = remote;
    return Json::object();
  });
}

}  // namespace

void add_offer_calls(FacadeCalls& calls) {
  calls["ApplicationOffers.Offer"] = make_offers;
  calls["ApplicationOffers.ListApplicationOffers"] = list_offers;
  calls["ApplicationOffers.FindApplicationOffers"] = list_offers;
  calls["ApplicationOffers.ApplicationOffers"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("offer-urls"), [&](const Json& url) -> Json {
      auto found = find_offer(context.world, url);
      return {{"result", admin_details(*found.model, *found.offer)}};
    });
  };
  calls["ApplicationOffers.DestroyOffers"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("offer-urls"), [&](const Json& url) -> Json {
      auto found = find_offer(context.world, url);
      found.model->offers.erase(std::string(found.offer->name));
      return Json::object();
    });
  };
  calls["ApplicationOffers.GetConsumeDetails"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("offer-urls").at("offer-urls"), [&](const Json& url) -> Json {
      auto found = find_offer(context.world, url);
      Json macaroon = {
          {"c", Json::array()}, {"l", "juju model " + found.model->uuid}, {"i64", "AwA"}, {"s64", "AA"}};
      Json external = {{"controller-tag", "controller-" + context.world.controller_uuid},
                       {"controller-alias", ""},
                       {"addrs", Json::array({context.address})},
                       {"ca-cert", context.ca_pem}};
      return {{"offer", details(*found.model, *found.offer)},
              {"macaroon", macaroon},
              {"external-controller", external}};
    });
  };
  calls["Application.Consume"] = consume;
  calls["Application.DestroyConsumedApplications"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("applications"), [&](const Json& wish) -> Json {
      auto name = untagged(wish.at("application-tag"), "application");
      if (context.model->remotes.erase(name) == 0)
        throw ApiError("saas application \"" + name + "\" not found", "not found");
      return Json::object();
    });
  };
}

}  // namespace microstack::testing
