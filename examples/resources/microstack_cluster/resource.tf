# A cloud in a machine on this host.
resource "microstack_cluster" "cloud" {
  name = "demo"
}

# The same with networks of one's own and a mirror nearby, safe from a hasty destroy.
resource "microstack_cluster" "team" {
  name                = "team"
  networks            = { management = "10.85.0.0/24", external = "10.85.1.0/24" }
  package_mirror      = "http://mirror.example.org/debian"
  deletion_protection = true
  labels              = { owner = "team-a" }
}
