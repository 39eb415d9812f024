// member join|part: what a control node does for other nodes of the cluster. For all that come at once: one call.
#include "engine/base/yaml.h"
#include "hypervisor/commands/command.h"
#include "hypervisor/install/stored_profile.h"

namespace microstack {

namespace {

Result<std::vector<Profile>> profiles_from_stdin(const Front& front) {
  MS_TRY(const auto text, front.read_all());
  MS_TRY(const auto document, parse_json(text, "stdin"));
  if (!document.value.is_array()) return ask("stdin holds no list of profiles", "stdin");
  std::vector<Profile> profiles;
  for (const auto& one : document.value) {
    MS_TRY(auto profile, profile_from_json(one));
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

Status carry_out(const Front& front, const EventSink& events, const Plan& plan) {
  const Cancel cancel;
  RunOptions options;
  options.run = front.run;
  options.stop = cancel.token();
  options.events = [&events](const Event& event) {
    if (event.kind != Event::Kind::done) events(event);  // the answer's event is the one that ends the verb
  };
  auto outcome = execute(plan, options);
  if (!outcome.ok()) return std::move(*outcome.error);
  return {};
}

// Node name -> its secrets. To nobody but the caller: not to the journal, and to people only that it was done.
Result<Json> join(Front& front) {
  MS_TRY(const auto nodes, profiles_from_stdin(front));
  MS_TRY(const auto control, stored_profile(front.places));
  MS_TRY(const auto planner, front.planner(front.places));
  MS_TRY(const auto plan, planner->joining(control, nodes));
  MS_CHECK(carry_out(front, front.events(), plan));
  Json secrets = Json::object();
  for (const auto& node : nodes) {
    MS_TRY(secrets[node.node.name], planner->handed_over(node));
  }
  return front.json() ? Json{{"secrets", std::move(secrets)}} : Json{{"nodes", nodes.size()}};
}

Result<Json> part(Front& front) {
  MS_TRY(const auto nodes, profiles_from_stdin(front));
  MS_TRY(const auto control, stored_profile(front.places));
  MS_TRY(const auto planner, front.planner(front.places));
  MS_TRY(const auto plan, planner->parting(control, nodes));
  MS_CHECK(carry_out(front, front.events(), plan));
  return Json{{"nodes", nodes.size()}};
}

}  // namespace

void add_member(CLI::App& program, Front& front) {
  auto* verb = program.add_subcommand("member", "what a control node does for the cluster's other nodes");
  verb->require_subcommand(1);
  verb->add_subcommand("join",
                       "make nodes known to the cluster, and print what they are to be given; their "
                       "profiles are a JSON list on stdin")
      ->callback([&front] { front.finish(join(front)); });
  verb->add_subcommand("part", "forget nodes that are gone; their profiles are a JSON list on stdin")
      ->callback([&front] { front.finish(part(front)); });
}

}  // namespace microstack
