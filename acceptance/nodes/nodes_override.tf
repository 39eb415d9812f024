# What the cases set in the example itself.
resource "microstack_cluster" "cloud" {
  networks = var.networks
}

module "compute" {
  guests = var.guests
}
