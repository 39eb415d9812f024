# Hypervisors of a cluster: machines on this host by number, and servers over SSH by address.
terraform {
  required_version = ">= 1.8"
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}

locals {
  cluster = regex("^microstack://([^@]+)@", var.cluster_id)[0]
}

resource "microstack_node" "machine" {
  count      = var.machines
  cluster_id = var.cluster_id
  name       = "${local.cluster}-${count.index + var.first_number}"
  roles      = var.roles
  machine    = {}
  compute    = var.compute
  guests     = var.guests
}

resource "microstack_node" "server" {
  for_each   = var.servers
  cluster_id = var.cluster_id
  name       = each.value.name
  roles      = var.roles
  ssh = {
    host             = each.key
    host_key         = each.value.host_key
    user             = each.value.user
    private_key_file = each.value.private_key_file
  }
  network = each.value.network
  compute = var.compute
  guests  = var.guests
}
