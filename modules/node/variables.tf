variable "cluster_id" {
  type        = string
  description = "The cluster they join."
}

variable "roles" {
  type    = set(string)
  default = ["compute"]
}

variable "machines" {
  type        = number
  default     = 0
  description = "How many machines on this host."
}

variable "first_number" {
  type        = number
  default     = 2
  description = "Number of the first machine's name; the cluster's own machine is 1."
}

variable "servers" {
  type = map(object({
    host_key         = string
    name             = optional(string)
    user             = optional(string)
    private_key_file = optional(string)
    network = optional(object({
      address            = optional(string)
      tunnel_address     = optional(string)
      tunnel_interface   = optional(string)
      external_interface = optional(string)
      physical_networks = optional(list(object({
        name      = string
        bridge    = string
        interface = optional(string)
      })))
    }))
  }))
  default     = {}
  description = "Servers by address."
}

variable "guests" {
  type        = string
  default     = "migrate"
  description = "What becomes of guests when a node leaves: refuse, migrate or stop."
}

variable "compute" {
  type        = any
  default     = null
  description = "Settings of the hypervisors, as microstack_node has them: cpu_mode, hugepages, pci_devices and others."
}
