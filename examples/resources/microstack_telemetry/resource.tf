resource "microstack_telemetry" "telemetry" {
  cluster_id = microstack_cluster.cloud.id # of a cluster with substrate = "juju"
}
