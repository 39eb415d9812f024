// The truth about a deployment (contract 2): what this person wants, who belongs to it and who manages what.
// It lives on the control nodes; Terraform's state and the plug-in's output are views of it. No secret is in
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace microstack {

struct Deployment {
  struct Cluster {
    std::string id;
    std::string name;
    std::string release = "2025.1";
    std::string region = "RegionOne";
    std::string substrate = "native";
  };
  struct Member {
    std::string name;
    std::vector<std::string> roles;
    std::string address;         // management
    Json host = Json::object();  // how it is reached: machine, ssh or local, as in Terraform
  };
  struct Managed {
    std::string by;  // terraform, juju-plugin, hypervisor: nobody else repairs or removes it
    Json config = Json::object();
  };

  static constexpr int newest_format = 1;

  int format = newest_format;
  std::int64_t revision = 0;  // grows by one with each edit; 0: never written
  std::string catalogue_version;
  Cluster cluster;
  std::map<std::string, Member> members;      // by node name
  std::map<std::string, Managed> components;  // by component name
  Json wish = Json::object();                 // all else that was asked for
};

// Strict, but a newer format is refused first, by an error that says so.
Result<Deployment> deployment_from_json(const Json& json, const std::string& file_name = {});
Json to_json(const Deployment& deployment);

// The file itself. Several processes may use it at once.
class DeploymentFile {
 public:
  explicit DeploymentFile(std::string path) : path_(std::move(path)) {}

  Result<std::optional<Deployment>> read() const;
  // Under the lock, if the revision is still `if_match` (0: there is none yet): changes it, counts the
  // revision up, writes it whole. An error with the code "revision" when somebody else was first: read again,
  // decide again.
  Result<Deployment> edit(std::int64_t if_match, const std::function<Status(Deployment&)>& change) const;
  // The same by an RFC 7386 merge patch of the JSON form; format and revision cannot be patched.
  Result<Deployment> patch(std::int64_t if_match, const Json& merge_patch) const;

 private:
  std::string path_;
};

}  // namespace microstack
