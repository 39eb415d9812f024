#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

std::string shown(const Json& value) {
  if (value.is_null()) return "-";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void show(Front& front, const std::string& format, const std::vector<Setting>& settings) {
  Json all = Json::object();
  Section section;
  section.heading = {"Component", "Key", "Value", "Meaning"};
  for (const auto& setting : settings) {
    all[setting.component][setting.key] = setting.value;
    section.rows.push_back(
        {setting.component, setting.key, shown(setting.value), {setting.meaning, Tone::quiet}});
  }
  front.answer(format, all, {section});
}

Status run_config(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  const auto component = arguments.text("COMPONENT");
  const auto words = arguments.all("KEY=VALUE");
  if (words.empty()) {
    MS_TRY(const auto settings, cluster->settings(component));
    show(front, arguments.text("--format"), settings);
    return {};
  }
  MS_TRY(const bool changed, cluster->configure(component, words, arguments.has("--force"),
                                                front.watch(std::chrono::minutes(60))));
  front.tell(changed ? component + " is changed" : "Nothing changes");
  return {};
}

}  // namespace

Verb config_verb() {
  return {"config",
          "Show or change the configuration of services",
          "Without KEY=VALUE it shows; KEY= sets a key back to its default.",
          {{Parameter::Kind::word, "COMPONENT", "whose; all when not given", false, {}, "component"},
           {Parameter::Kind::words, "KEY=VALUE", "what to change"},
           format_parameter(),
           {Parameter::Kind::flag, "--force", "also what Terraform manages: it is taken over"}},
          run_config};
}

}  // namespace microstack::plugin
