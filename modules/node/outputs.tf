output "names" {
  value = concat(microstack_node.machine[*].name, [for node in microstack_node.server : node.name])
}

output "addresses" {
  value = merge({ for node in microstack_node.machine : node.name => node.address },
  { for node in microstack_node.server : node.name => node.address })
}
