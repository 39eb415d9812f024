// Charms and their resources: what Charmhub resolves to, what is uploaded from here, and moving to another
// revision.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/clients/http/client.h"
#include "engine/clients/juju/applications.h"

namespace microstack::juju {

struct CharmResource {
  std::string name, type;  // oci-image, file
  int revision = -1;       // in Charmhub
  Json json;               // as AddPendingResources takes it
};
struct CharmInfo {
  std::string url, name;
  int revision = -1;
  std::map<std::string, CharmResource> resources;
  Json meta;
};
Result<CharmInfo> charm_info(Session& model, const std::string& url, const Limit& limit);

// HTTPS of a controller: the same trust and login as the websocket, for what is too large for a frame.
class Upload {
 public:
  Upload(Session& model) : model_(model) {}  // NOLINT: a session is all it takes

  // The charm archive (zip with dispatch or hooks) as local:NAME-REVISION; the controller assigns the
  // revision. Answer: the charm's URL.
  Result<std::string> charm(const std::string& file, const std::string& name, const Limit& limit);
  // A resource of an application; pending_id where the application is not deployed yet.
  Status resource(const std::string& application, const std::string& resource, const std::string& file,
                  const std::string& pending_id, const Limit& limit);

 private:
  Result<http::Response> put(const std::string& path,
                             std::vector<std::pair<std::string, std::string>> headers,
                             const std::string& file, const Limit& limit);
  Session& model_;
};

// A charm from a file here. resources: name -> file, or image reference for an oci-image. Error with
// code::already_exists when an application of that name is there; the charm has been uploaded then.
struct LocalApplication {
  CharmhubApplication settings;  // charm is the charm's name; channel and revision are not used
  std::string file;              // *.charm
};
Result<Deployed> deploy_local(Session& model, const LocalApplication& application, const Limit& limit);

// Hex digests of a file, read in pieces.
Result<std::string> file_digest(const std::string& file, const char* algorithm);

}  // namespace microstack::juju
