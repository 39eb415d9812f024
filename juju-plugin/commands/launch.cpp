#include <fmt/format.h>

#include <cmath>
#include <ostream>

#include "engine/base/file.h"
#include "engine/clients/openstack/collection.h"
#include "engine/clients/openstack/compute.h"
#include "engine/clients/openstack/network.h"
#include "juju-plugin/demo_ground.h"
#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

// Seconds of what was done one after the other.
class Stopwatch {
 public:
  void lap(const char* name) {
    const auto now = std::chrono::steady_clock::now();
    laps_.push_back({{"step", name},
                     {"seconds", std::round(std::chrono::duration<double>(now - since_).count() * 10) / 10}});
    since_ = now;
  }
  const Json& laps() const { return laps_; }

 private:
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  Json laps_ = Json::array();
};

// vm-1, vm-2, ...: the first that no server of the project has.
Result<std::string> free_name(openstack::Session& tenant, std::stop_token stop) {
  MS_TRY(const auto servers, openstack::list(tenant, openstack::collections::servers, {}, stop));
  for (int number = 1;; ++number) {
    const auto name = fmt::format("vm-{}", number);
    bool taken = false;
    for (const auto& server : servers) taken = taken || server.value("name", std::string()) == name;
    if (!taken) return name;
  }
}

Result<Json> need(openstack::Session& session, const openstack::Collection& kind, const std::string& name,
                  const char* flag, std::stop_token stop) {
  MS_TRY(auto found, openstack::find(session, kind, name, {}, stop));
  if (found) return std::move(*found);
  MS_TRY(const auto all, openstack::list(session, kind, {}, stop));
  std::string names;
  for (const auto& one : all) names += (names.empty() ? "" : ", ") + one.value("name", std::string());
  return ask("there is no " + kind.singular + " " + name, session.access().auth_url, "there are: " + names,
             {flag});
}

// Who logs in: as Glance's own properties say it.
std::string account_of(const Json& image) {
  return image.value("os_admin_user", image.value("os_distro", std::string("root")));
}

Status run_launch(Front& front, const Arguments& arguments) {
  MS_TRY(const int limit, arguments.number("--wait", 300));
  MS_TRY(Cluster * cluster, front.cluster());
  const auto watch = front.watch(std::chrono::minutes(20));
  Stopwatch time;
  DemoWish wish;
  wish.image.name = "microstack-guest";
  MS_TRY(const auto ground, demo_ground(front, *cluster, wish, arguments.text("--key"), watch));
  auto& tenant = *ground.tenant;
  time.lap("ground");

  openstack::ServerWish server;
  server.name = arguments.text("NAME");
  if (server.name.empty()) {
    MS_TRY(server.name, free_name(tenant, front.stop));
  }
  MS_TRY(const Json flavor, need(tenant, openstack::collections::flavors,
                                 arguments.text("--flavor", "m1.tiny"), "--flavor", front.stop));
  MS_TRY(const Json image, need(tenant, openstack::collections::images,
                                arguments.text("--image", wish.image.name), "--image", front.stop));
  MS_TRY(const Json network, need(tenant, openstack::collections::networks,
                                  arguments.text("--network", wish.project), "--network", front.stop));
  server.flavor_id = flavor.at("id").get<std::string>();
  server.image_id = image.at("id").get<std::string>();
  server.network_id = network.at("id").get<std::string>();
  server.security_groups = {wish.project};
  if (!ground.key_file.empty()) server.key_name = wish.project;
  if (const auto file = arguments.text("--user-data"); !file.empty()) {
    MS_TRY(const auto text, read_file(file));
    if (!text) return ask("the file is not there", file, {}, {"--user-data"});
    server.user_data = *text;
  }
  front.tell("starting " + server.name);
  MS_TRY(const auto begun, openstack::find_or_create_server(tenant, server, front.stop));
  MS_TRY([[maybe_unused]] const auto active, openstack::wait_active(tenant, begun.id, waiting(watch)));
  time.lap("server active");
  MS_TRY(const std::string address,
         openstack::ensure_floating_ip(tenant, begun.id, ground.ids.external_network, front.stop));
  time.lap("floating IP");

  auto wait = waiting(watch);
  wait.limit = std::chrono::seconds(limit);
  const auto answers = openstack::wait_until("ssh on " + address, wait,
                                             [&]() -> Result<bool> { return front.ssh_greets(address); });
  if (!answers) {
    const auto console = openstack::console_log(tenant, begun.id, 15, front.stop);
    auto error = doing("starting " + server.name + ", which is active at " + address, answers.error());
    error.fix = "the last lines of its console are below; a VM may go on booting: ping " + address;
    if (console) error.causes.push_back(give_up("console: " + *console));
    return error;
  }
  time.lap("ssh answers");
  const auto login = fmt::format("ssh {}{}@{}", ground.key_file.empty() ? "" : "-i " + ground.key_file + " ",
                                 account_of(image), address);
  Section steps, result;
  result.rows = {
      {"Server", {server.name, Tone::strong}}, {"Floating IP", address}, {"Log in", {login, Tone::good}}};
  if (ground.key_file.empty())
    result.rows.push_back(
        {"",
         {"with no key of yours, as ~/.ssh has none: ssh-keygen -t ed25519, then launch another",
          Tone::careful}});
  for (const auto& lap : time.laps())
    steps.rows.push_back({{lap.at("step").get<std::string>(), Tone::quiet},
                          {fmt::format("{:.1f} s", lap.at("seconds").get<double>()), Tone::quiet}});
  front.answer(arguments.text("--format"),
               {{"server", server.name},
                {"id", begun.id},
                {"floating_ip", address},
                {"login", login},
                {"steps", time.laps()}},
               {result, steps});
  return {};
}

}  // namespace

Verb launch_verb() {
  using Kind = Parameter::Kind;
  return {
      "launch",
      "Start a VM with a floating IP, wait until it answers, and print the ssh line",
      "It goes into the project demo, with what is missing there made first. A name that is there already is "
      "gone on with.",
      {{Kind::word, "NAME", "of the VM; the first free vm-N when not given"},
       {Kind::option, "--image", "image; microstack-guest, a tiny one, when not given"},
       {Kind::option, "--flavor", "flavor; m1.tiny when not given"},
       {Kind::option, "--network", "network; the project's own when not given"},
       {Kind::option,
        "--key",
        "public SSH key; the first of ~/.ssh/id_*.pub when not given",
        false,
        {},
        "file"},
       {Kind::option, "--user-data", "file for its first boot", false, {}, "file"},
       {Kind::option, "--wait", "seconds it may take until it answers; 300 when not given"},
       format_parameter()},
      run_launch};
}

}  // namespace microstack::plugin
