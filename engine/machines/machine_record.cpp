#include "engine/machines/machine_record.h"

#include "engine/base/file.h"

namespace microstack {

Result<std::optional<MachineRecord>> read_machine_record(const std::string& folder) {
  MS_TRY(const auto text, read_file(folder + "/machine.json"));
  if (!text) return std::optional<MachineRecord>();
  const auto json = Json::parse(*text, nullptr, false);
  if (json.is_discarded()) return give_up("the machine's record is damaged", folder + "/machine.json");
  MS_TRY(auto record, decode<MachineRecord>(json, "machine record"));
  return std::optional(std::move(record));
}

std::vector<std::string> recorded_layers(const std::string& folder) {
  const auto text = read_file(folder + "/machine.json");
  const auto json = Json::parse(text ? text->value_or("") : "", nullptr, false);
  std::vector<std::string> layers;
  if (!json.is_object() || !json.contains("layers") || !json["layers"].is_array()) return layers;
  for (const auto& layer : json["layers"])
    if (layer.is_string()) layers.push_back(layer);
  return layers;
}

Status write_machine_record(const std::string& folder, const MachineRecord& record) {
  return write_file(folder + "/machine.json", encode(record).dump(2) + "\n");
}

}  // namespace microstack
