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

# Guests' disks are in a Ceph of one's own. The key comes of a variable or a resource that is ephemeral, and is kept nowhere.
resource "microstack_node" "rbd" {
  cluster_id = microstack_cluster.cloud.id
  ssh        = { host = "10.0.0.15", host_key = "ssh-ed25519 AAAA..." }
  compute = {
    ceph_user        = "nova"
    ceph_secret_uuid = "457eb676-33da-42ec-9a8c-9293d545c337"
    ceph_key         = var.ceph_key
    ceph_key_version = 1 # another one when the key is another one
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
