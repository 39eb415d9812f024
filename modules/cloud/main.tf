# A cloud with what a team needs at first: the cluster, the dashboard, an external network, a demo project.
terraform {
  required_version = ">= 1.8"
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}

resource "microstack_cluster" "this" {
  name                = var.name
  first_node          = var.first_node
  networks            = var.networks
  package_mirror      = var.package_mirror
  proxy               = var.proxy
  deletion_protection = var.deletion_protection
}

resource "microstack_horizon" "this" {
  count      = var.dashboard ? 1 : 0
  cluster_id = microstack_cluster.this.id
}

resource "microstack_external_network" "this" {
  count            = var.external_network == null ? 0 : 1
  cluster_id       = microstack_cluster.this.id
  name             = var.external_network.name
  physical_network = var.external_network.physical_network
  cidr             = var.external_network.cidr
  gateway          = var.external_network.gateway
  pool             = var.external_network.pool
}

resource "microstack_demo" "this" {
  count            = var.servers == null ? 0 : 1
  cluster_id       = microstack_cluster.this.id
  external_network = var.external_network == null ? "public" : microstack_external_network.this[0].name
  server           = { count = var.servers }
}
