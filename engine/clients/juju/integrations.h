// Integrations within a model, offers, and what is consumed of them in other models.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/clients/juju/session.h"

namespace microstack::juju {

// Endpoints are application:endpoint. True when it was made, false when it was there. Error (ask): no such
// application or endpoint, or the interfaces do not fit.
Result<bool> integrate(Session& model, const std::string& one, const std::string& other, const Limit& limit);
// What is not there is removed.
Status remove_integration(Session& model, const std::string& one, const std::string& other,
                          const Limit& limit);

struct Offer {
  std::string url;  // admin/openstack.keystone
  std::string name;
  std::string application;
  std::vector<std::string> endpoints;
  int connections = 0;
};

// Offers are the controller connection's. owner is the user that owns the model.
Status offer(Session& controller, const std::string& model_uuid, const std::string& application,
             const std::vector<std::string>& endpoints, const std::string& name, const Limit& limit);
Result<std::vector<Offer>> offers(Session& controller, const std::string& owner,
                                  const std::string& model_name, const Limit& limit);
// force also ends what is connected to it. What is not there is removed.
Status remove_offers(Session& controller, const std::vector<std::string>& urls, bool force,
                     const Limit& limit);

// Makes the offer known in `model` under the name `alias`; there already is as good.
Status consume(Session& controller, Session& model, const std::string& offer_url, const std::string& alias,
               const Limit& limit);
Status remove_consumed(Session& model, const std::string& alias, bool force, const Limit& limit);

}  // namespace microstack::juju
