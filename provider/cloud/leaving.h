// What leaves together with its cluster. Terraform plans removals in the order they are carried out in: what is on a cluster is
// planned before anybody knows whether the cluster goes too, and it is removed by another process. So each planned removal
// is given the mark of the process that plans it, and the cluster, whose turn is last, writes that mark down when it leaves:
// ~/.config/microstack/NAME/leaves. A removal whose mark is there goes along; all others, such as those of a plan that was
// made on another workstation, are carried out one by one, which takes longer and comes to the same.
#pragma once

#include "engine/cloud/any_cloud.h"
#include "provider/framework/call.h"

namespace microstack::provider {

// At the plan of a removal from this cloud.
void mark_removal(const AnyCloud& cloud, terraform::Call& call);
// At the plan of the cluster's own removal.
Status mark_cluster_leaves(const AnyCloud& cloud);
// At a removal: whether the cluster goes in the same plan. Asked once: what fails afterwards is planned anew.
bool goes_along(const AnyCloud& cloud, terraform::Call& call);
// When the cluster is gone.
Status forget_leaving(const std::string& cluster);

}  // namespace microstack::provider
