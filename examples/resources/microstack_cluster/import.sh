terraform import microstack_cluster.cloud microstack://demo@10.85.0.10/0123456789abcdef0123456789abcdef
