// probe: what this host can do, as JSON, and with a machine's specification what stands in its way.
#include "engine/machines/probe.h"

#include "engine/host/local_host.h"
#include "hypervisor/commands/command.h"

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
  for (const auto& finding : machine_findings(out, spec))
    out["findings"].push_back({{"check", finding.check},
                               {"blocking", finding.blocking},
                               {"what", finding.what},
                               {"fix", finding.fix},
                               {"attribute", finding.attribute}});
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
