# A cloud on servers of one's own: Debian 13, reached over SSH with pinned host keys. The first one carries the control plane.
# What to write into terraform.tfvars is in docs/guides/grow.md.
terraform {
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}

# The key stays in memory; it may come from a vault (an ephemeral value) or from MICROSTACK_SSH_PRIVATE_KEY.
provider "microstack" {
  ssh = { user = var.user, private_key_file = var.private_key_file }
}

variable "user" {
  type    = string
  default = "root"
}

variable "private_key_file" {
  type    = string
  default = null
}

variable "control" {
  type        = object({ host = string, host_key = string, external_interface = optional(string) })
  description = "The server with the control plane; cat /etc/ssh/ssh_host_ed25519_key.pub on its console shows the host key."
}

variable "compute" {
  type        = any
  default     = {}
  description = "Hypervisors by address, as the module node takes them: host_key, and what is special about a server."
}

variable "external" {
  type        = object({ cidr = string, gateway = string, pool = object({ start = string, end = string }) })
  default     = null
  description = "The network that control.external_interface leads to, and which of its addresses are floating IPs; with it a demo project is made."
}

resource "microstack_cluster" "cloud" {
  name = "rack"
  first_node = {
    ssh = {
      host               = var.control.host
      host_key           = var.control.host_key
      user               = var.user
      private_key_file   = var.private_key_file
      external_interface = var.control.external_interface
    }
  }
}

module "compute" {
  source     = "../../modules/node"
  cluster_id = microstack_cluster.cloud.id
  servers    = var.compute
  guests     = "migrate"
}

resource "microstack_external_network" "public" {
  count      = var.external == null ? 0 : 1
  cluster_id = microstack_cluster.cloud.id
  cidr       = var.external.cidr
  gateway    = var.external.gateway
  pool       = var.external.pool
}

resource "microstack_demo" "demo" {
  count            = var.external == null ? 0 : 1
  cluster_id       = microstack_cluster.cloud.id
  external_network = microstack_external_network.public[0].name
  server           = { count = 1 }
  depends_on       = [module.compute]
}

output "clouds_yaml" {
  value = microstack_cluster.cloud.clouds_yaml_path
}

output "floating_ips" {
  value = try(microstack_demo.demo[0].floating_ips, [])
}
