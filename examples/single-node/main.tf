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

resource "microstack_cluster" "cloud" {
  name = var.name
}

resource "microstack_horizon" "dashboard" {
  cluster_id = microstack_cluster.cloud.id
}

resource "microstack_demo" "demo" {
  cluster_id = microstack_cluster.cloud.id
  server     = { count = 1 }
}

output "cloud_name" {
  value = microstack_cluster.cloud.name
}

output "clouds_yaml" {
  value = microstack_cluster.cloud.clouds_yaml_path
}

output "ca_certificate" {
  value = microstack_cluster.cloud.ca_certificate_path
}

output "dashboard_url" {
  value = microstack_horizon.dashboard.url
}

output "floating_ips" {
  value = microstack_demo.demo.floating_ips
}

output "phases" {
  value = microstack_cluster.cloud.phases
}
