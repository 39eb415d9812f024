# A cloud of several machines on this host: one with the control plane, and as many hypervisors beside it as `nodes` says.
# Another number is another apply.
terraform {
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}

variable "name" {
  type    = string
  default = "demo"
}

variable "nodes" {
  type    = number
  default = 2
}

resource "microstack_cluster" "cloud" {
  name = var.name
}

module "compute" {
  source     = "../../modules/node"
  cluster_id = microstack_cluster.cloud.id
  machines   = var.nodes
  guests     = "migrate"
}

data "microstack_nodes" "all" {
  cluster_id = microstack_cluster.cloud.id
  depends_on = [module.compute]
}

output "clouds_yaml" {
  value = microstack_cluster.cloud.clouds_yaml_path
}

output "hypervisors" {
  value = { for node in data.microstack_nodes.all.nodes : node.name => node.hypervisor }
}
