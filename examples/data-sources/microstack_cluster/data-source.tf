data "microstack_cluster" "cloud" {
  id = "microstack://demo@10.85.0.10/0123456789abcdef0123456789abcdef"
}
