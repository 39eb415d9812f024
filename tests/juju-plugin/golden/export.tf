terraform {
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}

import {
  to = microstack_cluster.demo
  id = "microstack://demo@192.0.2.10/0123456789abcdef0123456789abcdef"
}

resource "microstack_cluster" "demo" {
  first_node = {
    local = {
      address = "192.0.2.11"
    }
  }
  name = "demo"
}

import {
  to = microstack_horizon.demo
  id = "microstack://demo@192.0.2.10/0123456789abcdef0123456789abcdef/horizon"
}

resource "microstack_horizon" "demo" {
  cluster_id = microstack_cluster.demo.id
}

import {
  to = microstack_demo.demo
  id = "microstack://demo@192.0.2.10/0123456789abcdef0123456789abcdef/demo"
}

resource "microstack_demo" "demo" {
  cluster_id = microstack_cluster.demo.id
  server = {
    count = 2
  }
}
