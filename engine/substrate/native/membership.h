// Nodes that join and leave a cloud, as a control node sees them. What a node must be given follows from its own plan,
// and what the cluster has to know of it stands in its components (`joining`, `leaving`): there is no list to keep.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/steps/certificate_authority.h"
#include "engine/substrate/native/native.h"

namespace microstack::native {

// Name -> value of every secret that the node's texts hold, the authority's certificate, and a pair for each of its
// certificates. `tools` are the control node's: what has not been drawn yet is drawn there.
Result<std::map<std::string, std::string>> handed_over(const Profile& node, const Catalogue& catalogue,
                                                       Tools& tools);
// The same where the control plane is not ours: `authority` signs, `believed` are the certificates that the node is to
// believe, the signer's first, and `secrets` are what it says. Error (give_up): a secret that is not among them.
struct Given {
  KeyPair authority;
  std::string believed;
  std::map<std::string, std::string> secrets;
};
Result<std::map<std::string, std::string>> handed_over(const Profile& node, const Catalogue& catalogue,
                                                       const Given& given);
// The names only, for people and golden files.
Result<std::vector<std::string>> needed(const Profile& node, const Catalogue& catalogue, Tools& tools);

// For all these nodes at once. Step ids are "NODE task:COMPONENT/TASK".
Result<Plan> joining(const std::vector<Profile>& nodes, const Catalogue& catalogue, Tools& tools);
Result<Plan> parting(const std::vector<Profile>& nodes, const Catalogue& catalogue, Tools& tools);

}  // namespace microstack::native
