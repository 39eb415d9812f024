#include "engine/steps/open_vswitch.h"

#include <sstream>

namespace microstack {
namespace {

// {a=b, "c-d"="e, f"}: a map as ovs-vsctl prints it. Values with other than plain characters are quoted, as in JSON.
std::map<std::string, std::string> read_map(const std::string& text) {
  std::map<std::string, std::string> map;
  std::size_t at = text.find('{');
  if (at == std::string::npos) return map;
  const auto word = [&]() {
    std::string out;
    if (text[at] == '"') {
      for (++at; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        out += text[at];
      }
      ++at;
    } else {
      while (at < text.size() && text[at] != '=' && text[at] != ',' && text[at] != '}') out += text[at++];
    }
    return out;
  };
  for (++at; at < text.size() && text[at] != '}';) {
    const std::string key = word();
    if (at >= text.size() || text[at] != '=') break;
    ++at;
    map[key] = word();
    while (at < text.size() && (text[at] == ',' || text[at] == ' ')) ++at;
  }
  return map;
}

std::string quoted(const std::string& value) {
  return Json(value).dump();
}

}  // namespace

Json OpenVSwitchStep::inputs() const {
  Json inputs = {{"external_ids", fact_.external_ids}};
  if (!fact_.other_config.empty()) inputs["other_config"] = fact_.other_config;
  if (!fact_.manager.empty()) inputs["manager"] = fact_.manager;
  inputs["datapath"] = fact_.datapath;
  for (const auto& bridge : fact_.bridges) inputs["bridges"][bridge.name] = bridge.ports;
  return inputs;
}

Result<Truth> OpenVSwitchStep::check(StepContext& context) {
  Command look{{"ovs-vsctl", "--timeout=10", "--format=csv", "--no-headings", "get", "Open_vSwitch", ".",
                "external_ids", "other_config", "--", "get-manager", "--", "--columns=name", "list", "Port"}};
  MS_TRY(const auto found, host_.run(look, context.stop));
  if (!found.ok()) return Truth::no("Open vSwitch does not answer");
  std::istringstream lines(found.out);
  std::string ids, config;
  std::getline(lines, ids);
  std::getline(lines, config);
  std::set<std::string> rest;  // managers and ports; a bridge is a port of its own, too
  for (std::string line; std::getline(lines, line);) {
    std::erase(line, '"');
    rest.insert(line);
  }
  const auto differs = [](const auto& wanted, const auto& found) -> std::string {
    for (const auto& [key, value] : wanted) {
      const auto at = found.find(key);
      if (value.empty() ? at != found.end() : at == found.end() || at->second != value) return key;
    }
    return {};
  };
  for (const std::string& key :
       {differs(fact_.external_ids, read_map(ids)), differs(fact_.other_config, read_map(config))})
    if (!key.empty()) return Truth::no("Open vSwitch has another " + key);
  if (!fact_.manager.empty() && !rest.contains(fact_.manager))
    return Truth::no("Open vSwitch has another manager");
  for (const auto& bridge : fact_.bridges) {
    if (!rest.contains(bridge.name)) return Truth::no("bridge " + bridge.name + " is missing");
    for (const std::string& port : bridge.ports)
      if (!rest.contains(port))
        return Truth::no("port " + port + " of bridge " + bridge.name + " is missing");
  }
  return Truth::yes();
}

Status OpenVSwitchStep::apply(StepContext& context) {
  Command set{{"ovs-vsctl", "--timeout=20", "--no-wait"}};
  const auto put = [&](const char* column, const std::map<std::string, std::string>& values) {
    for (const auto& [key, value] : values) {
      set.argv.insert(set.argv.end(), {"--", "remove", "Open_vSwitch", ".", column, key});
      if (!value.empty())
        set.argv.insert(set.argv.end(), {"--", "set", "Open_vSwitch", ".",
                                         std::string(column) + ":" + key + "=" + quoted(value)});
    }
  };
  put("external_ids", fact_.external_ids);
  put("other_config", fact_.other_config);
  if (!fact_.manager.empty()) set.argv.insert(set.argv.end(), {"--", "set-manager", fact_.manager});
  for (const auto& bridge : fact_.bridges) {
    set.argv.insert(set.argv.end(), {"--", "--may-exist", "add-br", bridge.name, "--", "set", "Bridge",
                                     bridge.name, "datapath_type=" + fact_.datapath,
                                     "fail_mode=" + bridge.fail_mode, "other_config:disable-in-band=true"});
    for (const std::string& port : bridge.ports)
      set.argv.insert(set.argv.end(), {"--", "--may-exist", "add-port", bridge.name, port});
  }
  MS_TRY([[maybe_unused]] const auto out, run_ok(host_, set, context.stop));
  return {};
}

Status OpenVSwitchStep::undo(StepContext& context) {
  Command clear{{"ovs-vsctl", "--timeout=20", "--no-wait"}};
  for (const auto& [key, value] : fact_.external_ids)
    clear.argv.insert(clear.argv.end(), {"--", "remove", "Open_vSwitch", ".", "external_ids", key});
  for (const auto& [key, value] : fact_.other_config)
    clear.argv.insert(clear.argv.end(), {"--", "remove", "Open_vSwitch", ".", "other_config", key});
  if (!fact_.manager.empty()) clear.argv.insert(clear.argv.end(), {"--", "del-manager"});
  for (const auto& bridge : fact_.bridges)
    clear.argv.insert(clear.argv.end(), {"--", "--if-exists", "del-br", bridge.name});
  MS_TRY([[maybe_unused]] const auto result,  // fails where Open vSwitch is gone: nothing is left then
         host_.run(clear, context.stop));
  return {};
}

}  // namespace microstack
