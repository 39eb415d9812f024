resource "microstack_external_network" "public" {
  cluster_id = microstack_cluster.cloud.id
  cidr       = "10.85.1.0/24"
  gateway    = "10.85.1.1"
  pool       = { start = "10.85.1.100", end = "10.85.1.199" }
}
