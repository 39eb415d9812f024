# A cloud on this machine with one VM that answers on its floating IP.
terraform {
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}

variable "name" {
  type    = string
  default = "demo"
}

variable "server_count" {
  type    = number
  default = 1
}

variable "dashboard" {
  type    = bool
  default = true
}

resource "microstack_cluster" "cloud" {
  name = var.name
}

resource "microstack_horizon" "dashboard" {
  count      = var.dashboard ? 1 : 0
  cluster_id = microstack_cluster.cloud.id
}

resource "microstack_demo" "demo" {
  cluster_id = microstack_cluster.cloud.id
  server     = { count = var.server_count }
}

output "cloud_name" {
  value = microstack_cluster.cloud.name
}

output "clouds_yaml" {
  value = microstack_cluster.cloud.clouds_yaml_path
}

output "auth_url" {
  value = microstack_cluster.cloud.auth_url
}

output "ca_certificate" {
  value = microstack_cluster.cloud.ca_certificate
}

output "dashboard_url" {
  value = one(microstack_horizon.dashboard[*].url)
}

output "floating_ips" {
  value = microstack_demo.demo.floating_ips
}

output "server_names" {
  value = microstack_demo.demo.server_names
}

output "phases" {
  value = microstack_cluster.cloud.phases
}
