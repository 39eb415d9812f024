# Everything a VM needs, and two that answer on their floating IPs.
resource "microstack_demo" "demo" {
  cluster_id = microstack_cluster.cloud.id
  server     = { count = 2 }
}
