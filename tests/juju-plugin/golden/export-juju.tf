terraform {
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}

import {
  to = microstack_cluster.demo
  id = "juju://9e3779b1-0000-4000-8000-000000000001/3c6ef362-0000-4000-8000-000000000002"
}

resource "microstack_cluster" "demo" {
  juju = {
    config = {
      keystone = {
        debug = "true"
      }
    }
    model = "openstack"
    scale = {
      placement = 2
    }
  }
  name      = "demo"
  substrate = "juju"
}

import {
  to = microstack_heat.demo
  id = "juju://9e3779b1-0000-4000-8000-000000000001/3c6ef362-0000-4000-8000-000000000002/heat"
}

resource "microstack_heat" "demo" {
  cluster_id = microstack_cluster.demo.id
}

import {
  to = microstack_images_sync.demo
  id = "juju://9e3779b1-0000-4000-8000-000000000001/3c6ef362-0000-4000-8000-000000000002/images-sync"
}

resource "microstack_images_sync" "demo" {
  cluster_id = microstack_cluster.demo.id
}
