# A charmed control plane on Kubernetes, by the controller that the juju command line is logged in to.
terraform {
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}

variable "features" {
  description = "Optional services beside the core; each is a group of charmed operators."
  type        = set(string)
  default     = []
}

variable "topology" {
  description = "single: one unit of each service; multi and large: as many as the Kubernetes cluster carries."
  type        = string
  default     = "single"
}

variable "channels" {
  type    = map(string)
  default = {}
}

variable "config" {
  type    = map(map(string))
  default = {}
}

variable "scale" {
  type    = map(number)
  default = {}
}

variable "hypervisors" {
  description = "Names of machines that are made on this host to carry guests; servers take ssh instead of machine."
  type        = set(string)
  default     = []
}

resource "microstack_cluster" "cloud" {
  name      = "openstack"
  substrate = "juju"
  juju = {
    topology = var.topology
    channels = var.channels
    config   = var.config
    scale    = var.scale
  }
}

resource "microstack_heat" "orchestration" {
  count      = contains(var.features, "heat") ? 1 : 0
  cluster_id = microstack_cluster.cloud.id
}

resource "microstack_telemetry" "telemetry" {
  count      = contains(var.features, "telemetry") ? 1 : 0
  cluster_id = microstack_cluster.cloud.id
}

resource "microstack_node" "hypervisor" {
  for_each   = var.hypervisors
  cluster_id = microstack_cluster.cloud.id
  name       = each.key
  machine    = {}
}

output "cluster_id" { value = microstack_cluster.cloud.id }
output "hypervisors" { value = { for name, node in microstack_node.hypervisor : name => node.hypervisor } }
