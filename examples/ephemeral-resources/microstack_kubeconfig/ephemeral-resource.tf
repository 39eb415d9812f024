ephemeral "microstack_kubeconfig" "control_plane" {
  cluster_id = microstack_cluster.cloud.id # of a cluster with substrate = "juju"
}

provider "kubernetes" {
  host                   = ephemeral.microstack_kubeconfig.control_plane.host
  cluster_ca_certificate = ephemeral.microstack_kubeconfig.control_plane.cluster_ca_certificate
  token                  = ephemeral.microstack_kubeconfig.control_plane.token
}
