// member join|part: what a control node does for other nodes of the cluster. For all that come at once: one call.
#include "engine/base/file.h"
#include "engine/base/yaml.h"
#include "hypervisor/commands/command.h"
#include "hypervisor/install/stored_profile.h"

namespace microstack {

namespace {

struct Wish {
  std::vector<std::string> files;  // profiles; none: a JSON list of them on stdin
  std::string into;                // folder that gets the whole profiles
};

Result<std::vector<Profile>> profiles(const Front& front, const Wish& wish) {
  std::vector<Profile> profiles;
  for (const auto& file : wish.files) {
    MS_TRY(auto profile, chosen_profile(front, file));
    profiles.push_back(std::move(profile));
  }
  if (!wish.files.empty()) return profiles;
  MS_TRY(const auto text, front.read_all());
  MS_TRY(const auto document, parse_json(text, "stdin"));
  if (!document.value.is_array()) return ask("stdin holds no list of profiles", "stdin");
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

// What each node is given goes to nobody but the caller: not to the journal, and on a terminal not even there.
Result<Json> join(Front& front, const Wish& wish) {
  MS_TRY(auto nodes, profiles(front, wish));
  if (wish.into.empty() && !front.json())
    return ask("what the nodes are given is not shown on a terminal", {},
               "say where their whole profiles go: --into FOLDER");
  MS_TRY(const auto control, stored_profile(front.places));
  MS_TRY(const auto planner, front.planner(front.places));
  MS_TRY(const auto plan, planner->joining(control, nodes));
  MS_CHECK(carry_out(front, front.events(), plan));
  Json secrets = Json::object(), files = Json::array();
  for (auto& node : nodes) {
    MS_TRY(node.secrets, planner->handed_over(node));
    secrets[node.node.name] = node.secrets;
    if (wish.into.empty()) continue;
    files.push_back(wish.into + "/" + node.node.name + ".yaml");
    MS_CHECK(write_file(files.back(), to_yaml(to_json(node)), 0600));
  }
  return wish.into.empty() ? Json{{"secrets", std::move(secrets)}} : Json{{"profiles", std::move(files)}};
}

Result<Json> part(Front& front, const Wish& wish) {
  MS_TRY(const auto nodes, profiles(front, wish));
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
  const auto wish = std::make_shared<Wish>();
  const auto of = [&](const char* name, const char* text) {
    auto* sub = verb->add_subcommand(name, text);
    sub->add_option("PROFILE", wish->files,
                    "of the nodes, YAML or JSON; without any a JSON list of them on stdin");
    return sub;
  };
  auto* joins = of("join", "make nodes known to the cluster, and hand out what they are to be given");
  joins->add_option(
      "--into", wish->into,
      "write the profiles with their secrets and certificates to NAME.yaml in this folder, for root "
      "only; without it all of that is printed");
  joins->callback([&front, wish] { front.finish(join(front, *wish)); });
  of("part", "forget nodes that are gone")->callback([&front, wish] { front.finish(part(front, *wish)); });
}

}  // namespace microstack
