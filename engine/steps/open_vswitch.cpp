#include "engine/steps/open_vswitch.h"

#include <sstream>

namespace microstack {
namespace {

using Map = std::map<std::string, std::string>;

// The database's words in JSON: ["map",[["a","b"]]], ["set",["a","b"]], ["uuid","..."], or one value by itself.
Map read_map(const Json& column) {
  Map map;
  if (column.is_array() && column.size() == 2 && column[0] == "map")
    for (const auto& pair : column[1]) map[pair[0].get<std::string>()] = pair[1].get<std::string>();
  return map;
}
std::vector<std::string> read_set(const Json& column) {
  std::vector<std::string> all;
  if (column.is_string()) all.push_back(column);
  if (!column.is_array() || column.size() != 2) return all;
  if (column[0] == "uuid") all.push_back(column[1]);
  if (column[0] == "set")
    for (const auto& one : column[1])
      for (auto& text : read_set(one)) all.push_back(std::move(text));
  return all;
}
std::string read_text(const Json& column) {
  const auto all = read_set(column);
  return all.empty() ? std::string() : all.front();
}

std::string quoted(const std::string& value) {
  return Json(value).dump();
}

void put(Command& command, const char* column, const std::string& key, const std::string& value) {
  command.argv.insert(command.argv.end(), {"--", "remove", "Open_vSwitch", ".", column, key});
  if (!value.empty())
    command.argv.insert(command.argv.end(), {"--", "set", "Open_vSwitch", ".",
                                             std::string(column) + ":" + key + "=" + quoted(value)});
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

std::string OpenVSwitchStep::Switch::bridge_of(const std::string& port) const {
  for (const auto& [name, bridge] : bridges)
    if (bridge.ports.contains(port)) return name;
  return {};
}

Result<std::optional<OpenVSwitchStep::Switch>> OpenVSwitchStep::look(std::stop_token stop) {
  const Command ask{{"ovs-vsctl", "--timeout=10", "--format=json", "--",
                     "--columns=external_ids,other_config", "list", "Open_vSwitch", "--",
                     "--columns=name,ports,datapath_type,fail_mode", "list", "Bridge", "--",
                     "--columns=_uuid,name", "list", "Port", "--", "get-manager"}};
  MS_TRY(const auto said, host_.run(ask, stop));
  if (!said.ok()) return std::optional<Switch>();
  Switch found;
  std::vector<Json> tables;
  std::istringstream lines(said.out);
  for (std::string line; std::getline(lines, line);) {
    Json table = tables.size() < 3 ? Json::parse(line, nullptr, false) : Json();
    if (table.is_object() && table.contains("data"))
      tables.push_back(std::move(table["data"]));
    else if (!line.empty())
      found.managers.insert(line);
  }
  if (tables.size() != 3 || tables[0].empty())
    return give_up("ovs-vsctl says something else than its three tables", host_.name());
  found.external_ids = read_map(tables[0][0][0]);
  found.other_config = read_map(tables[0][0][1]);
  Map names;  // of ports, by their UUIDs
  for (const auto& port : tables[2]) names[read_text(port[0])] = read_text(port[1]);
  for (const auto& row : tables[1]) {
    const auto name = read_text(row[0]);
    Bridge bridge{{}, read_text(row[2]), read_text(row[3])};
    for (const auto& port : read_set(row[1]))
      if (names[port] != name) bridge.ports.insert(names[port]);  // a bridge is a port of its own, too
    found.bridges[name] = std::move(bridge);
  }
  return std::optional(std::move(found));
}

Result<std::optional<OpenVSwitchStep::Record>> OpenVSwitchStep::recorded() {
  MS_TRY(const auto kept, undo_.find(id()));
  if (!kept) return std::optional<Record>();
  const Json json = Json::parse(kept->content ? kept->content->bytes : "", nullptr, false);
  if (!json.is_object() || !json.contains("made"))
    return give_up("the record of what Open vSwitch was before is damaged", host_.name());
  Record record;
  record.made = json["made"];
  record.before.external_ids = json["external_ids"];
  record.before.other_config = json["other_config"];
  record.before.managers = json["managers"];
  for (const auto& [name, bridge] : json["bridges"].items())
    record.before.bridges[name] = {bridge["ports"], bridge["datapath"], bridge["fail_mode"]};
  return std::optional(std::move(record));
}

Status OpenVSwitchStep::record(const Record& record) {
  Json json = {{"made", record.made},
               {"external_ids", record.before.external_ids},
               {"other_config", record.before.other_config},
               {"managers", record.before.managers},
               {"bridges", Json::object()}};
  for (const auto& [name, bridge] : record.before.bridges)
    json["bridges"][name] = {
        {"ports", bridge.ports}, {"datapath", bridge.datapath}, {"fail_mode", bridge.fail_mode}};
  return undo_.replace(id(), UndoRecord{true, FileContent{json.dump(), 0600, "root", "root"}});
}

OpenVSwitchStep::Ports OpenVSwitchStep::needless(const Record& record, const Switch& there) const {
  Ports out;
  for (const auto& [name, ports] : record.made) {
    const auto is = there.bridges.find(name);
    if (is == there.bridges.end()) continue;
    bool is_wanted = false;
    std::set<std::string> stay;
    for (const auto& bridge : fact_.bridges) {
      if (bridge.name != name) continue;
      is_wanted = true;
      stay.insert(bridge.ports.begin(), bridge.ports.end());
    }
    for (const auto& port : ports)
      if (is->second.ports.contains(port) && !stay.contains(port)) out[name].insert(port);
    if (!is_wanted && !record.before.bridges.contains(name)) out[name].clear();  // goes with its ports
  }
  return out;
}

Result<Truth> OpenVSwitchStep::check(StepContext& context) {
  MS_TRY(const auto there, look(context.stop));
  if (!there) return Truth::no("Open vSwitch does not answer");
  const auto differs = [](const Map& wanted, const Map& found) -> std::string {
    for (const auto& [key, value] : wanted) {
      const auto at = found.find(key);
      if (value.empty() ? at != found.end() : at == found.end() || at->second != value) return key;
    }
    return {};
  };
  for (const std::string& key :
       {differs(fact_.external_ids, there->external_ids), differs(fact_.other_config, there->other_config)})
    if (!key.empty()) return Truth::no("Open vSwitch has another " + key);
  if (!fact_.manager.empty() && !there->managers.contains(fact_.manager))
    return Truth::no("Open vSwitch has another manager");
  for (const auto& bridge : fact_.bridges) {
    const auto found = there->bridges.find(bridge.name);
    if (found == there->bridges.end()) return Truth::no("bridge " + bridge.name + " is missing");
    for (const std::string& port : bridge.ports)
      if (!found->second.ports.contains(port))
        return Truth::no("port " + port + " of bridge " + bridge.name + " is missing");
  }
  MS_TRY(const auto record, recorded());
  if (!record) return Truth::yes();
  for (const auto& [bridge, ports] : needless(*record, *there))
    return Truth::no(ports.empty() ? "bridge " + bridge + " is there still, and no network is on it any more"
                                   : "port " + *ports.begin() + " of bridge " + bridge + " is there still");
  return Truth::yes();
}

Status OpenVSwitchStep::apply(StepContext& context) {
  MS_TRY(const auto there, look(context.stop));
  if (!there)
    return retry("Open vSwitch does not answer", host_.name(),
                 "look at: systemctl status openvswitch-switch");
  MS_TRY(auto known, recorded());
  Record record = known ? std::move(*known) : Record{*there, {}};

  Command set{{"ovs-vsctl", "--timeout=20", "--no-wait"}};
  const auto say = [&set](std::vector<std::string> words) {
    set.argv.push_back("--");
    set.argv.insert(set.argv.end(), words.begin(), words.end());
  };
  for (const auto& [bridge, ports] : needless(record, *there)) {
    if (ports.empty()) say({"--if-exists", "del-br", bridge});
    for (const auto& port : ports) say({"--if-exists", "del-port", bridge, port});
  }
  for (const auto& [key, value] : fact_.external_ids) put(set, "external_ids", key, value);
  for (const auto& [key, value] : fact_.other_config) put(set, "other_config", key, value);
  if (!fact_.manager.empty()) {
    auto managers = record.before.managers;
    managers.insert(fact_.manager);
    say({"set-manager"});
    set.argv.insert(set.argv.end(), managers.begin(), managers.end());
  }
  Ports wanted;
  for (const auto& bridge : fact_.bridges) {
    const auto was = record.before.bridges.find(bridge.name);
    auto& made = wanted[bridge.name];
    say({"--may-exist", "add-br", bridge.name, "--", "set", "Bridge", bridge.name,
         "datapath_type=" + fact_.datapath, "fail_mode=" + bridge.fail_mode,
         "other_config:disable-in-band=true"});
    for (const std::string& port : bridge.ports) {
      const auto on = there->bridge_of(port);
      const auto mine = record.made.find(on);
      if (!on.empty() && on != bridge.name && (mine == record.made.end() || !mine->second.contains(port)))
        return ask(
            "the link " + port + " is a port of the bridge " + on + " already, which is not this cloud's",
            host_.name(),
            "name another link, or take it off that bridge: ovs-vsctl del-port " + on + " " + port);
      say({"--may-exist", "add-port", bridge.name, port});
      if (was == record.before.bridges.end() || !was->second.ports.contains(port)) made.insert(port);
    }
  }
  for (const auto& [bridge, ports] : wanted) record.made[bridge].insert(ports.begin(), ports.end());
  MS_CHECK(this->record(record));
  MS_TRY([[maybe_unused]] const auto out, run_ok(host_, set, context.stop));
  record.made = std::move(wanted);
  return this->record(record);
}

Status OpenVSwitchStep::undo(StepContext& context) {
  MS_TRY(const auto known, recorded());
  if (!known) return {};
  const auto& before = known->before;
  const auto was = [](const Map& map, const std::string& key) {
    const auto at = map.find(key);
    return at == map.end() ? std::string() : at->second;
  };
  Command back{{"ovs-vsctl", "--timeout=20", "--no-wait"}};
  for (const auto& [key, value] : fact_.external_ids)
    put(back, "external_ids", key, was(before.external_ids, key));
  for (const auto& [key, value] : fact_.other_config)
    put(back, "other_config", key, was(before.other_config, key));
  if (!fact_.manager.empty()) {
    back.argv.insert(back.argv.end(), {"--", "del-manager"});
    if (!before.managers.empty()) {
      back.argv.insert(back.argv.end(), {"--", "set-manager"});
      back.argv.insert(back.argv.end(), before.managers.begin(), before.managers.end());
    }
  }
  for (const auto& [name, ports] : known->made) {
    const auto there = before.bridges.find(name);
    if (there == before.bridges.end()) {
      back.argv.insert(back.argv.end(), {"--", "--if-exists", "del-br", name});
      continue;
    }
    for (const auto& port : ports)
      back.argv.insert(back.argv.end(), {"--", "--if-exists", "del-port", name, port});
    const auto& mode = there->second.fail_mode;
    back.argv.insert(back.argv.end(),
                     {"--", "set", "Bridge", name, "datapath_type=" + quoted(there->second.datapath),
                      "fail_mode=" + (mode.empty() ? std::string("[]") : mode)});
  }
  MS_TRY(const auto result, host_.run(back, context.stop));
  constexpr int no_program = 127;
  if (!result.ok() && result.exit_code != no_program && !before.bridges.empty())
    return retry("Open vSwitch does not take back what was there before: " + result.err, host_.name(),
                 "systemctl start openvswitch-switch, then run this again");
  return undo_.forget(id());
}

}  // namespace microstack
