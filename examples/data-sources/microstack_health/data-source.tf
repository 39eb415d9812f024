data "microstack_health" "cloud" {
  cluster_id = microstack_cluster.cloud.id
}

check "healthy" {
  assert {
    condition     = data.microstack_health.cloud.healthy
    error_message = join("\n", data.microstack_health.cloud.problems)
  }
}
