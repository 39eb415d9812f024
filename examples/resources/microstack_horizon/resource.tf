resource "microstack_horizon" "dashboard" {
  cluster_id      = microstack_cluster.cloud.id
  session_timeout = 1800
}

output "dashboard" {
  value = microstack_horizon.dashboard.url
}
