# Two hypervisors as machines on this host.
resource "microstack_node" "compute" {
  count      = 2
  cluster_id = microstack_cluster.cloud.id
  name       = "demo-${count.index + 2}"
  machine    = {}
}

# Servers of one's own.
resource "microstack_node" "rack" {
  for_each   = { "10.0.0.11" = "ssh-ed25519 AAAA...", "10.0.0.12" = "ssh-ed25519 AAAA..." }
  cluster_id = microstack_cluster.cloud.id
  ssh        = { host = each.key, user = "admin", host_key = each.value }
  guests     = "migrate"
}
