terraform import 'microstack_node.compute[0]' microstack://demo@10.85.0.10/0123456789abcdef0123456789abcdef/demo-2
