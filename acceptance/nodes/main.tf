# What acceptance/nodes makes: a cluster, machines by number, one plain server over SSH.
terraform {
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}

variable "name" { type = string }
variable "machines" {
  type    = number
  default = 0
}
variable "guests" {
  type    = string
  default = "refuse"
}
variable "server" {
  type    = any
  default = null
}
variable "server_network" {
  type    = any
  default = null
}
variable "server_roles" {
  type    = set(string)
  default = ["compute"]
}
variable "guest_count" {
  type    = number
  default = 0
}

resource "microstack_cluster" "cloud" {
  name = var.name
}

resource "microstack_demo" "demo" {
  cluster_id = microstack_cluster.cloud.id
  server     = { count = var.guest_count }
}

resource "microstack_node" "machine" {
  count      = var.machines
  cluster_id = microstack_cluster.cloud.id
  name       = "${var.name}-${count.index + 2}"
  machine    = {}
  guests     = var.guests
}

resource "microstack_node" "server" {
  count      = var.server == null ? 0 : 1
  cluster_id = microstack_cluster.cloud.id
  name       = "${var.name}-metal"
  roles      = var.server_roles
  ssh        = var.server
  network    = var.server_network
  guests     = var.guests
}

data "microstack_nodes" "all" {
  cluster_id = microstack_cluster.cloud.id
  depends_on = [microstack_node.machine, microstack_node.server]
}

output "nodes" { value = data.microstack_nodes.all.nodes }
output "phases" {
  value = merge({ for node in microstack_node.machine : node.name => node.phases }, { for node in microstack_node.server : node.name => node.phases })
}
output "auth_url" { value = microstack_cluster.cloud.auth_url }
