output "cluster_id" {
  description = "Id of the cluster."
  value       = microstack_cluster.this.id
}

output "auth_url" {
  description = "URL of Keystone."
  value       = microstack_cluster.this.auth_url
}

output "clouds_yaml" {
  description = "Path of clouds.yaml."
  value       = microstack_cluster.this.clouds_yaml_path
}

output "dashboard_url" {
  description = "URL of the dashboard, or null."
  value       = one(microstack_horizon.this[*].url)
}

output "floating_ips" {
  description = "Addresses of the demo's VMs."
  value       = try(microstack_demo.this[0].floating_ips, [])
}
