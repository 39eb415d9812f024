// User secrets of a model, which charms read by their URI.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/clients/juju/session.h"

namespace microstack::juju {

struct SecretInfo {
  std::string uri;  // secret:8i6j7b0201u0284b5so0
  std::string label;
  std::string owner;  // tag
  int revision = 0;
  std::map<std::string, Secret> values;  // only where they were asked for
};

using SecretValues = std::map<std::string, Secret>;

// Answer: the secret's URI. Error with code::already_exists when the label is taken.
Result<std::string> create_secret(Session& model, const std::string& label, const SecretValues& values,
                                  const Limit& limit);
Status update_secret(Session& model, const std::string& uri, const SecretValues& values, const Limit& limit);
// What is not there is removed.
Status remove_secret(Session& model, const std::string& uri, const Limit& limit);
Status grant_secret(Session& model, const std::string& uri, const std::vector<std::string>& applications,
                    const Limit& limit);
Status revoke_secret(Session& model, const std::string& uri, const std::vector<std::string>& applications,
                     const Limit& limit);
Result<std::vector<SecretInfo>> secrets(Session& model, bool reveal, const Limit& limit);
Result<std::optional<SecretInfo>> find_secret(Session& model, const std::string& label, bool reveal,
                                              const Limit& limit);

}  // namespace microstack::juju
