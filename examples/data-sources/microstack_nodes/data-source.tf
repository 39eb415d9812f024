data "microstack_nodes" "all" {
  cluster_id = microstack_cluster.cloud.id
}
