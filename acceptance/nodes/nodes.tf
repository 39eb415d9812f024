# Beside examples/multi-node: servers over SSH, the demo's things, and what the cases look at.
variable "servers" {
  type    = any
  default = {}
}
variable "server_roles" {
  type    = set(string)
  default = ["compute"]
}
variable "guests" {
  type    = string
  default = "refuse"
}
variable "networks" {
  type    = any
  default = null
}

variable "elsewhere" {
  type    = any
  default = {}
}

resource "microstack_demo" "demo" {
  cluster_id = microstack_cluster.cloud.id
  server     = { count = 0 }
}

module "servers" {
  source     = "../../modules/node"
  cluster_id = microstack_cluster.cloud.id
  servers    = var.servers
  roles      = var.server_roles
  guests     = var.guests
}

# Machines on other hosts: name -> machine.
resource "microstack_node" "elsewhere" {
  for_each   = var.elsewhere
  cluster_id = microstack_cluster.cloud.id
  name       = each.key
  machine    = each.value
  guests     = var.guests
}

data "microstack_nodes" "every" {
  cluster_id = microstack_cluster.cloud.id
  depends_on = [module.compute, module.servers, microstack_node.elsewhere]
}

output "nodes" { value = data.microstack_nodes.every.nodes }
output "phases" { value = merge(module.compute.phases, module.servers.phases, { for name, node in microstack_node.elsewhere : name => node.phases }) }
output "auth_url" { value = microstack_cluster.cloud.auth_url }
