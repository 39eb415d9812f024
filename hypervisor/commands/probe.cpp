// probe: what this host can do, as JSON, and with a machine's specification what stands in its way.
#include "engine/machines/probe.h"

#include "engine/host/local_host.h"
#include "hypervisor/commands/command.h"
#include "hypervisor/install/prepared_layer.h"

namespace microstack {

namespace {

Result<Json> probe(Front& front, bool trial, bool for_machine) {
  MachineSpec spec;
  if (for_machine) {
    MS_TRY(const auto text, front.read_all());
    const auto json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
      return ask("stdin is no JSON", "stdin", "give the machine's specification on stdin");
    MS_TRY(spec, machine_spec_from_json(json));
  }
  LocalHost local;
  MS_TRY(auto out, probe_host(local, front.places, trial));
  if (!for_machine) return out;
  out["findings"] = Json::array();
  MS_TRY(const bool image_is_there, has_image(front, spec));
  MS_TRY(const auto findings, machine_findings(local, front.places, out, spec, image_is_there));
  for (const auto& finding : findings) out["findings"].push_back(to_json(finding));
  return out;
}

}  // namespace

void add_probe(CLI::App& program, Front& front) {
  auto* verb = program.add_subcommand("probe", "What this host can do");
  auto trial = std::make_shared<bool>(false), machine = std::make_shared<bool>(false);
  verb->add_flag("--trial", *trial, "try whether KVM runs a guest of one instruction");
  verb->add_flag("--machine", *machine, "check it against a machine's specification on stdin");
  verb->callback([&front, trial, machine] { front.finish(probe(front, *trial, *machine)); });
}

}  // namespace microstack
