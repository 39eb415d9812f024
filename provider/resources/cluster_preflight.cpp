#include "provider/resources/cluster_preflight.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "engine/machines/probe.h"
#include "provider/cloud/watching.h"
#include "provider/resources/cluster_place.h"

namespace microstack::provider {
namespace {

using namespace terraform;

constexpr auto limit = std::chrono::minutes(1);

void later(Call& call, const std::string& why, Path path = {}) {
  call.warn("The target is checked at apply", why, std::move(path));
}

// The attribute of a cluster that a finding about its machine is about.
Path path_of_finding(const std::vector<std::string>& attribute, const Cluster& cluster) {
  if (attribute.empty()) return {};
  const auto& first = attribute.front();
  if (first == "image" && attribute.size() > 1 && attribute[1] == "disk") return "disk_mib";
  if (first == "image") return cluster.proxy.is_known() ? "proxy" : "package_mirror";
  if (first == "devices") return Path("first_node").attribute("machine").attribute("devices");
  if (first == "networks")
    return attribute.size() > 1 ? Path("networks").attribute(attribute[1]) : Path("networks");
  return first;
}

// Terraform shows the line of an attribute of the resource only, not of one within it.
Path line_of(const Path& path) {
  const auto* first = path.empty() ? nullptr : std::get_if<Path::Attribute>(&path.steps().front());
  return first ? Path(first->name) : Path();
}

void tell(Call& call, bool blocking, const std::string& what, const std::string& fix, Path path) {
  path = line_of(path);
  auto summary = what;
  if (!summary.empty()) summary.front() = static_cast<char>(std::toupper(summary.front()));
  const auto detail = fix.empty() ? std::string() : "To go on: " + fix + ".";
  blocking ? call.error(summary, detail, std::move(path)) : call.warn(summary, detail, std::move(path));
}

// What kept us from looking: what a person must change is an error, all else may be better at apply.
void tell_why(Call& call, const Error& error, Path path = {}) {
  if (error.kind == ErrorKind::ask)
    tell(call, true, error.what + (error.where.empty() ? "" : " (" + error.where + ")"), error.fix,
         std::move(path));
  else
    later(call, error.text(), std::move(path));
}

void look_at_machine_host(Clouds& clouds, Cloud& cloud, const Cluster& cluster, Call& call) {
  auto watch = watching(call);
  watch.limit = limit;
  const auto there = cloud.machine_status(watch);
  if (!there) return tell_why(call, there.error());
  if (!there->is_null()) return;  // is resumed or adopted: it has what it needs
  const auto spec = machine_spec(clouds.catalogue(), cloud.machine(), cluster);
  if (!spec) return tell_why(call, spec.error());
  const auto probe = cloud.on_host({"probe", "--machine"}, spec->dump(), watch);
  if (!probe) return tell_why(call, probe.error());
  for (const auto& finding : probe->value("findings", Json::array()))
    tell(call, finding.value("blocking", true), finding.value("what", std::string()),
         finding.value("fix", std::string()),
         path_of_finding(finding.value("attribute", std::vector<std::string>()), cluster));
  if (const auto lacking =
          lack_of_room(clouds.planned, cloud.place(), cloud.machine(),
                       {1, cluster.memory_mib.value_or(0), cluster.disk_mib.value_or(0)}, *probe))
    tell(call, true, *lacking, "plan fewer of them, or end something there", "memory_mib");
}

// A server that is to become the node itself: over SSH, or this one.
void look_at_node(Clouds& clouds, Cloud& cloud, const Cluster& cluster, Call& call) {
  const bool ssh = cloud.place().kind == Place::Kind::ssh;
  const Path place = Path("first_node").attribute(ssh ? "ssh" : "local");
  const auto node = cloud.node();
  if (!node) return tell_why(call, node.error(), place);
  const auto installed = cloud.profile();
  if (!installed) return tell_why(call, installed.error(), place);
  if (*installed) return;  // begun before: gone on with
  auto watch = watching(call);
  watch.limit = limit;
  const auto probe =
      ssh ? probe_host(**node, Places{}, false, call.stop()) : cloud.on_host({"probe"}, {}, watch);
  if (!probe) return tell_why(call, probe.error(), place);
  const auto& catalogue = clouds.catalogue();
  const std::string os = probe->value("/os/id"_json_pointer, std::string("unknown")) + " " +
                         probe->value("/os/version"_json_pointer, std::string());
  if (os != "debian 13")
    tell(call, true, "release " + *cluster.release + " needs Debian 13, " + (*node)->name() + " is " + os,
         ssh ? "leave first_node.ssh out for a machine on this host, or give a server with Debian 13"
             : "leave first_node.local out: a machine on this host brings its own Debian",
         place);
  if (!probe->value("systemd", false))
    tell(call, true, "systemd does not run on " + (*node)->name(), "give a server that was booted by it",
         place);
  if (probe->value("uid", 0) != 0)
    tell(call, true, "installing needs root", "let this user run sudo without a password", place);
  const auto memory = probe->value("/memory_mib/free"_json_pointer, std::int64_t{0});
  if (memory < cluster.memory_mib.value_or(0))
    tell(call, true,
         fmt::format("{} MiB of memory are free on {}, the cloud needs {}", memory, (*node)->name(),
                     *cluster.memory_mib),
         "end something there, or give fewer roles", "memory_mib");
  std::int64_t disk = -1;
  const Json disks = probe->value("disk_free_mib", Json::object());
  for (const auto& [folder, free] : disks.items())
    disk = disk < 0 ? free.get<std::int64_t>() : std::min(disk, free.get<std::int64_t>());
  if (disk >= 0 && disk < cluster.disk_mib.value_or(0))
    tell(call, true,
         fmt::format("{} MiB of disk are free on {}, the cloud needs {}", disk, (*node)->name(),
                     *cluster.disk_mib),
         "free space at /var/lib", "disk_mib");
  Command listening;
  listening.argv = {"cat", "/proc/net/tcp", "/proc/net/tcp6"};
  if (const auto sockets = (*node)->run(listening, call.stop()); sockets)
    for (const int port : ports_in_use(sockets->out, catalogue, catalogue.core()))
      tell(call, true, fmt::format("port {} is in use on {}", port, (*node)->name()),
           fmt::format("stop what listens there: ss -ltnp 'sport = :{}'", port), place);
}

}  // namespace

std::vector<int> ports_in_use(const std::string& proc_net_tcp, const Catalogue& catalogue,
                              const std::vector<std::string>& components) {
  std::set<int> wanted, taken;
  for (const auto& name : components)
    if (const auto* component = catalogue.find(name))
      for (const auto& endpoint : component->native.endpoints) {
        wanted.insert(endpoint.port);
        if (endpoint.backend_port) wanted.insert(endpoint.backend_port);
      }
  std::istringstream lines(proc_net_tcp);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string slot, local, remote, state;
    words >> slot >> local >> remote >> state;
    const auto colon = local.rfind(':');
    if (state != "0A" || colon == local.npos) continue;  // 0A: listens
    const int port = static_cast<int>(std::strtol(local.c_str() + colon + 1, nullptr, 16));
    if (wanted.contains(port)) taken.insert(port);
  }
  return {taken.begin(), taken.end()};
}

void preflight(Clouds& clouds, const Cluster& planned, Call& call) {
  if (planned.name.is_unknown()) return later(call, "Its name is known after apply.", "name");
  if (planned.first_node.is_unknown()) return later(call, "It is known after apply.", "first_node");
  if (planned.first_node.is_known()) {
    const auto& node = *planned.first_node;
    const Path at("first_node");
    if (node.ssh.is_unknown() ||
        (node.ssh.is_known() && (!node.ssh->host.is_known() || !node.ssh->host_key.is_known() ||
                                 node.ssh->user.is_unknown() || node.ssh->port.is_unknown())))
      return later(call, "The server is known after apply.", at.attribute("ssh"));
    if (node.local.is_unknown()) return later(call, "It is known after apply.", at.attribute("local"));
    if (node.machine.is_unknown() || node.roles.is_unknown())
      return later(call, "Part of it is known after apply.", at);
  }
  if (planned.networks.is_unknown() || planned.package_mirror.is_unknown() || planned.proxy.is_unknown())
    return later(call, "Part of its arguments is known after apply.");
  if (planned.ca.is_known())
    for (const auto& [name, path] : {std::pair{"certificate_path", &planned.ca->certificate_path},
                                     std::pair{"private_key_path", &planned.ca->private_key_path}})
      if (path->is_known() && ::access((*path)->c_str(), R_OK) != 0)
        tell(call, true, "the file " + **path + " cannot be read", "name a file of this host",
             Path("ca").attribute(name));
  const auto place = place_of(planned);
  if (place.kind != Place::Kind::machine && planned.networks.is_known())
    tell(call, true, "only a cluster in a machine has networks of its own",
         "leave networks out; the server's own are used", "networks");
  const auto cloud = clouds.of(*planned.name, place);
  if (!cloud) return later(call, cloud.error().text());
  if (place.kind == Place::Kind::machine)
    look_at_machine_host(clouds, **cloud, planned, call);
  else
    look_at_node(clouds, **cloud, planned, call);
}

}  // namespace microstack::provider
