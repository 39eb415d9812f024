// What Client.FullStatus says of a model.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/clients/juju/session.h"

namespace microstack::juju {

struct StatusText {
  std::string
      status;  // active, blocked, waiting, maintenance, error, unknown; idle, executing, lost, allocating
  std::string message;
  std::string since;  // RFC 3339
};

struct UnitStatus {
  StatusText workload, agent;
  std::string address, machine, version, provider_id, life;
  bool leader = false;
};

struct ApplicationStatus {
  std::string charm;    // ch:amd64/keystone-k8s-207
  std::string channel;  // 2025.1/stable; empty for a local charm
  int revision = -1;
  std::string base;  // ubuntu@24.04
  std::string life;  // alive, dying, dead
  std::string address, version;
  bool exposed = false;
  bool subordinate = false;
  StatusText status;
  std::map<std::string, UnitStatus> units;                       // by name, with subordinates' units
  std::map<std::string, std::vector<std::string>> integrations;  // endpoint -> applications at the other end
};

struct RelationStatus {
  int id = 0;
  std::string interface;
  std::vector<std::string> endpoints;  // application:endpoint; one of a peer relation
  StatusText status;
};

struct RemoteApplicationStatus {
  std::string offer_url, life;
  StatusText status;
};

struct OfferStatus {
  std::string application, charm;
  std::vector<std::string> endpoints;
  int connected = 0;  // relations that are active
};

struct ModelStatus {
  std::string name, type, cloud, version;  // type: caas (Kubernetes) or iaas
  StatusText status;
  std::string controller_time;  // RFC 3339
  std::map<std::string, ApplicationStatus> applications;
  std::map<std::string, RemoteApplicationStatus> remote_applications;
  std::map<std::string, OfferStatus> offers;
  std::vector<RelationStatus> relations;

  // True when a relation between the two endpoints (application:endpoint) is there, in either order.
  bool integrated(const std::string& one, const std::string& other) const;
  // The unit that leads, or nothing where no unit says so.
  std::optional<std::string> leader(const std::string& application) const;
};

// A unit or application that is not well, and what it says of it.
struct Trouble {
  std::string name;  // keystone/0, or keystone where the application has no unit
  StatusText status;
  bool waits = false;  // it may come right by itself (waiting, maintenance, allocating)

  // "keystone/0 is blocked: missing relation database, since 2026-11-22T13:36:31Z"
  std::string text() const;
};
// Of all applications, or of those named; blocked and failed ones first.
std::vector<Trouble> troubles(const ModelStatus& status, const std::vector<std::string>& applications = {});

ModelStatus read_status(const Json& full_status);
Result<ModelStatus> status(Session& model, const Limit& limit);

// The last statuses of a unit or application, oldest first: what happened before it failed.
Result<std::vector<StatusText>> status_history(Session& model, const std::string& unit, int size,
                                               const Limit& limit);

}  // namespace microstack::juju
