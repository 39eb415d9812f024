// microstack_kubeconfig: the Kubernetes cluster of a charmed control plane, for one run of Terraform.
#pragma once

#include <memory>

#include "provider/cloud/juju_clouds.h"
#include "provider/framework/sources.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyEphemeral> kubeconfig_ephemeral(JujuClouds& clouds);

}  // namespace microstack::provider
