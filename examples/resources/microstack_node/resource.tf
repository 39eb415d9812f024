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

# A server for pinned guests on huge pages, in two networks outside of the cloud.
resource "microstack_node" "pinned" {
  cluster_id = microstack_cluster.cloud.id
  roles      = ["compute", "network"]
  ssh        = { host = "10.0.0.13", host_key = "ssh-ed25519 AAAA..." }
  network = {
    physical_networks = [
      { name = "public", bridge = "br-ex", interface = "eno2" },
      { name = "storage", bridge = "br-storage", interface = "eno3" },
    ]
  }
  compute = {
    cpu_mode          = "host-passthrough"
    cpu_dedicated_set = "4-15"
    cpu_shared_set    = "0-3"
    hugepages         = ["0:2048:4096"]
    migration_address = "10.1.0.13"
  }
}

# A machine on another host, which has two links without addresses into the cluster's networks.
resource "microstack_node" "elsewhere" {
  cluster_id = microstack_cluster.cloud.id
  name       = "demo-4"
  machine = {
    host                 = { host = "10.0.0.14", host_key = "ssh-ed25519 AAAA..." }
    management_interface = "eno2"
    tunnel_interface     = "eno3"
  }
}
