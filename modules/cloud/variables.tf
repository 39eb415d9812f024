variable "name" {
  description = "Name of the cloud."
  type        = string
}

variable "first_node" {
  description = "Where the cloud starts; null: a machine on this host."
  type        = any
  default     = null
}

variable "networks" {
  description = "IPv4 /24 networks of a machine on this host; null: free ones are chosen."
  type = object({
    management = optional(string)
    external   = optional(string)
    tunnel     = optional(string)
  })
  default = null
}

variable "package_mirror" {
  description = "Mirror of the distribution."
  type        = string
  default     = null
}

variable "proxy" {
  description = "HTTP proxy for package downloads."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Refuse to destroy the cloud."
  type        = bool
  default     = false
}

variable "dashboard" {
  description = "Install the dashboard."
  type        = bool
  default     = true
}

variable "external_network" {
  description = "The network floating IPs come from; null: that of the machine."
  type = object({
    name             = optional(string, "public")
    physical_network = optional(string, "public")
    cidr             = optional(string)
    gateway          = optional(string)
    pool             = optional(object({ start = string, end = string }))
  })
  default = null
}

variable "servers" {
  description = "VMs of the demo project; null: no demo project."
  type        = number
  default     = 0
}
