// probe: what this host can do, as JSON, and with a machine's specification or a node's profile what stands in its way.
#include "engine/machines/probe.h"

#include "engine/base/yaml.h"
#include "engine/host/local_host.h"
#include "engine/machines/hardware.h"
#include "engine/machines/profile_findings.h"
#include "hypervisor/commands/command.h"
#include "hypervisor/install/prepared_layer.h"
#include "hypervisor/install/stored_profile.h"

namespace microstack {

namespace {

struct Options {
  bool trial = false, machine = false;
  std::string profile;
};

void add(Json& out, const std::vector<Finding>& findings) {
  out["findings"] = Json::array();
  for (const auto& finding : findings) out["findings"].push_back(to_json(finding));
}

Result<Json> for_machine(Front& front) {
  MS_TRY(const auto text, front.read_all());
  MS_TRY(const auto document, parse_json(text, "stdin"));
  MS_TRY(const MachineSpec spec, machine_spec_from_json(document.value));
  LocalHost local;
  MS_TRY(auto out, probe_host(local, front.places, false));
  MS_TRY(const bool image_is_there, has_image(front, spec));
  MS_TRY(const auto findings, machine_findings(local, front.places, out, spec, image_is_there));
  add(out, findings);
  return out;
}

Result<Json> probe(Front& front, const Options& options) {
  if (options.machine) return for_machine(front);
  std::optional<Profile> profile;
  if (!options.profile.empty()) {
    MS_TRY(profile, chosen_profile(front, options.profile));
  }
  const Cancel cancel;
  LocalHost local;
  MS_TRY(auto out, probe_host(local, front.places, options.trial, cancel.token()));
  MS_TRY(const auto tree, record_sys_tree(local, cancel.token()));
  out["hardware"] = hardware(sys_tree(tree));
  if (profile) add(out, profile_findings(*profile, out["hardware"]));
  return out;
}

}  // namespace

void add_probe(CLI::App& program, Front& front) {
  auto* verb =
      program.add_subcommand("probe", "What this host can do, and what hardware it has; changes nothing");
  auto options = std::make_shared<Options>();
  verb->add_flag("--trial", options->trial, "boot a tiny guest to see whether KVM works: 10 s at most");
  auto* profile =
      verb->add_option("--profile", options->profile,
                       "YAML or JSON file, - for stdin: add what of this profile the host cannot be");
  verb->add_flag("--machine", options->machine, "check it against a machine's specification on stdin")
      ->excludes(profile);
  verb->callback([&front, options] { front.finish(probe(front, *options)); });
}

}  // namespace microstack
