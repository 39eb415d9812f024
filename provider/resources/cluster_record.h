// A cluster as the deployment on its control node knows it (contract 2), and back.
#pragma once

#include <optional>

#include "engine/catalogue/deployment.h"
#include "engine/cloud/cloud.h"
#include "provider/resources/cluster_model.h"

namespace microstack::provider {

// The merge patch that writes a finished cluster down; empty when it is written down already.
Json record_of(const Cluster& cluster, const Profile& profile, const Catalogue& catalogue,
               const std::string& catalogue_version, const std::optional<Deployment>& there);

// What an import cannot know from the id: release, region, and all the wish held.
Status take_record(const Deployment& deployment, Cluster& cluster);

// Names of the attributes in which the recorded cluster is another one than this; empty: it can be adopted.
Result<std::vector<std::string>> other_than(const Deployment& deployment, const Cluster& cluster);

// What to write to take over `resource` with that id instead of making it.
std::string import_block(const std::string& resource, const std::string& id);

}  // namespace microstack::provider
