# Every node answers on its management address: https://ADDRESS:9100/metrics, hypervisors on port 9177, too.
resource "microstack_exporters" "monitoring" {
  cluster_id    = microstack_cluster.cloud.id
  user          = "prometheus"
  password_hash = var.prometheus_password_hash # openssl passwd -6
}
