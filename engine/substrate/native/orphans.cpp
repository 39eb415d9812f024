#include "engine/steps/boot.h"
#include "engine/steps/certificate.h"
#include "engine/steps/directory.h"
#include "engine/steps/file.h"
#include "engine/steps/unit.h"
#include "engine/substrate/native/native.h"

namespace microstack::native {

// Undoing needs no more of a step than what its id says: the rest is in its undo record.
Plan orphans(const std::vector<std::string>& step_ids, Tools& tools) {
  Plan plan;
  std::vector<std::string> files, units;
  const auto of_kind = [](const std::string& id, std::string_view kind) {
    return id.starts_with(kind) ? id.substr(kind.size()) : std::string();
  };
  // Unwinding goes backwards: units, what they do at boot, files, folders.
  std::vector<std::string> folders;
  for (const auto& id : step_ids)
    if (const auto path = of_kind(id, "directory:"); !path.empty()) {
      plan.add(
          std::make_unique<DirectoryStep>(tools.host, tools.undo, DirectoryFact{path, 0755, "root", "root"}));
      folders.push_back(id);
    }
  for (const auto& id : step_ids) {
    if (const auto path = of_kind(id, "file:"); !path.empty())
      plan.add(std::make_unique<FileStep>(tools.host, tools.secrets, tools.undo, FileFact{path, {}}),
               folders);
    else if (const auto name = of_kind(id, "certificate:"); !name.empty())
      plan.add(std::make_unique<CertificateStep>(tools.host, tools.secrets, "", CertificateFact{name, {}}),
               folders);
    else
      continue;
    files.push_back(id);
  }
  for (const auto& id : step_ids)
    if (const auto unit = of_kind(id, "unit:"); !unit.empty()) units.push_back(unit);
  if (units.empty()) return plan;
  auto boot = std::make_unique<BootStep>(tools.host, tools.systemd, tools.undo, units,
                                         std::vector<std::string>(), BootStep::Unrecorded::disabled);
  const auto boot_id = boot->id();
  plan.add(std::move(boot), files);
  for (const auto& unit : units)
    plan.add(std::make_unique<UnitStep>(tools.host, tools.systemd, unit), {boot_id});
  return plan;
}

}  // namespace microstack::native
