"""nova-compute's wrapper (schemas/templates/nova/nova-compute) with stand-ins of what it imports: each helper answers on the
channel of its own context, from a process of its own, nova-compute runs as nova, and no helper outlives it.

nova_compute_test.py WRAPPER"""
import os
import pwd
import subprocess
import sys
import types

SERVICE_EXIT = 7


def stand_ins():
    """Modules of OpenStack with the few names that the wrapper uses."""
    contexts = {}
    became = []

    class Daemon:
        def __init__(self, channel, context):
            self.channel, self.context = channel, context

        def run(self):
            while self.channel.recv(16):
                self.channel.send(f"{self.context.name} {os.getpid()}".encode())

    def main():
        answers = {}
        for name, context in contexts.items():
            context.channel.send(b"who?")
            answered, pid = context.channel.recv(256).decode().split()
            assert answered == name, f"{answered} answers for {name}"
            answers[name] = pid
        assert len(set(answers.values()) | {str(os.getpid())}) == 3, answers
        assert became == ["groups", "gid", "uid"], became
        assert os.environ["USER"] == os.environ["LOGNAME"] == "nova" and os.environ["HOME"] == "/var/lib/nova"
        return SERVICE_EXIT

    def module(name, **members):
        sys.modules[name] = found = types.ModuleType(name)
        vars(found).update(members)
        if "." in name:
            setattr(sys.modules[name.rpartition(".")[0]], name.rpartition(".")[2], found)

    def import_class(name):
        return contexts.setdefault(name, types.SimpleNamespace(name=name))

    module("nova")
    module("nova.privsep")
    for name in "fs", "libvirt", "path", "qemu":
        module("nova.privsep." + name)
    module("nova.cmd")
    module("nova.cmd.compute", main=main)
    module("vif_plug_ovs")
    module("vif_plug_ovs.linux_net")
    module("oslo_utils")
    module("oslo_utils.importutils", import_class=import_class)
    module("oslo_privsep")
    module("oslo_privsep.comm", ServerChannel=lambda end: end)
    module("oslo_privsep.daemon", Daemon=Daemon, PrivsepLogHandler=lambda *a, **k: None, replace_logging=lambda handler: None,
           _ClientChannel=lambda end, context: end)
    pwd.getpwnam = lambda name: types.SimpleNamespace(pw_name=name, pw_uid=1, pw_gid=1, pw_dir="/var/lib/nova")
    os.initgroups = lambda name, gid: became.append("groups")
    os.setgid = lambda gid: became.append("gid")
    os.setuid = lambda uid: became.append("uid")


if sys.argv[1] == "--within":
    stand_ins()
    with open(sys.argv[2], encoding="utf-8") as wrapper:
        exec(compile(wrapper.read(), sys.argv[2], "exec"), {"__name__": "__main__"})

# The pipe ends when the last of its processes does.
run = subprocess.run([sys.executable, __file__, "--within", sys.argv[1]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                     timeout=60, check=False)
print(run.stdout.decode())
sys.exit(run.returncode != SERVICE_EXIT)
