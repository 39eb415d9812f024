// The record of a machine, FOLDER/machine.json: written before anything of it is made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/machines/machine_spec.h"

namespace microstack {

struct MachineRecord {
  int version = 1;
  MachineSpec spec;
  int index = 1;
  std::vector<std::string> layers;  // folders, uppermost first
};
template <>
struct Fields<MachineRecord> {
  static constexpr auto list =
      fields(field("version", &MachineRecord::version), field("spec", &MachineRecord::spec),
             field("index", &MachineRecord::index), field("layers", &MachineRecord::layers));
};
MS_FIELDS_COMPLETE(MachineRecord);

Result<std::optional<MachineRecord>> read_machine_record(const std::string& folder);
// Its layers alone, also of a record that a newer program wrote; none where there is nothing to be read.
std::vector<std::string> recorded_layers(const std::string& folder);
Status write_machine_record(const std::string& folder, const MachineRecord& record);

}  // namespace microstack
