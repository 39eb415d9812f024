# In the control node: answers for the nova-compute of each host named, as far as Nova asks one without guests.
import sys

import oslo_messaging
from oslo_config import cfg


class Compute:
    def __init__(self, version):
        self.target = oslo_messaging.Target(version=version)

    def set_host_enabled(self, context, enabled):
        return "enabled" if enabled else "disabled"


conf = cfg.ConfigOpts()
conf(["--config-file", "/etc/nova/nova.conf"], project="nova")
oslo_messaging.set_transport_defaults(control_exchange="nova")
transport = oslo_messaging.get_rpc_transport(conf)
servers = [
    oslo_messaging.get_rpc_server(
        transport, oslo_messaging.Target(topic="compute", server=host), [Compute("5.13"), Compute("6.4")], executor="threading"
    )
    for host in sys.argv[1:]
]
for server in servers:
    server.start()
print("ready", flush=True)
for server in servers:
    server.wait()
