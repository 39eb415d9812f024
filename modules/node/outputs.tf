output "names" {
  description = "Names of the nodes."
  value       = concat(microstack_node.machine[*].name, [for node in microstack_node.server : node.name])
}

output "addresses" {
  description = "Management addresses by name."
  value = merge({ for node in microstack_node.machine : node.name => node.address },
  { for node in microstack_node.server : node.name => node.address })
}

output "phases" {
  description = "What joining took its time for, by node."
  value = merge({ for node in microstack_node.machine : node.name => node.phases },
  { for node in microstack_node.server : node.name => node.phases })
}
