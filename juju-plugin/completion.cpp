#include "juju-plugin/completion.h"

#include "juju-plugin/clusters/choice.h"
#include "juju-plugin/front.h"

namespace microstack::plugin {
namespace {

// Options of the program itself, all with a value.
const std::vector<Parameter>& global_parameters() {
  static const std::vector<Parameter> all = {
      {Parameter::Kind::option, "--cluster", {}, false, {}, "cluster"},
      {Parameter::Kind::option, "-m,--model", {}, false, {}, "cluster"},
      {Parameter::Kind::option, "-c,--controller", {}},
      {Parameter::Kind::option, "--kubeconfig", {}, false, {}, "file"},
      {Parameter::Kind::flag, "--help", {}},
  };
  return all;
}

std::vector<std::string> split(const std::string& names) {
  std::vector<std::string> all;
  std::size_t begin = 0;
  while (begin <= names.size()) {
    const auto end = std::min(names.find(',', begin), names.size());
    all.push_back(names.substr(begin, end - begin));
    begin = end + 1;
  }
  return all;
}

bool is_called(const Parameter& parameter, const std::string& word) {
  for (const auto& name : split(parameter.name))
    if (name == word) return true;
  return false;
}

const Parameter* option_named(const Verb* verb, const std::string& word) {
  if (verb)
    for (const auto& parameter : verb->parameters)
      if (is_called(parameter, word)) return &parameter;
  for (const auto& parameter : global_parameters())
    if (is_called(parameter, word)) return &parameter;
  return nullptr;
}

std::vector<std::string> values_of(const Parameter& parameter, Front& front) {
  if (!parameter.choices.empty()) return parameter.choices;
  std::vector<std::string> all;
  if (parameter.completes == "component" || parameter.completes == "feature") {
    const auto catalogue = front.catalogue();
    if (!catalogue) return all;
    for (const auto& component : (*catalogue)->components())
      if (component.optional || (component.juju && !component.juju->core) ||
          parameter.completes == "component")
        all.push_back(component.name);
  }
  if (parameter.completes == "cluster")
    return native_clouds(front.watch(std::chrono::seconds(5))).value_or({});
  return all;
}

}  // namespace

std::vector<std::string> complete(const std::vector<Verb>& verbs, const std::vector<std::string>& words,
                                  Front& front) {
  const std::string typed = words.empty() ? "" : words.back();
  const Verb* verb = nullptr;
  std::size_t places = 0;  // words of the verb that are there
  const Parameter* pending = nullptr;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (pending) {
      pending = nullptr;
      continue;
    }
    if (words[i].starts_with("-")) {
      const auto* option = option_named(verb, words[i]);
      if (option && option->kind != Parameter::Kind::flag && !option->bare) pending = option;
      continue;
    }
    if (verb) {
      ++places;
      continue;
    }
    for (const auto& one : verbs)
      if (one.name == words[i]) verb = &one;
  }

  std::vector<std::string> offers;
  if (pending) {
    offers = values_of(*pending, front);
  } else if (typed.starts_with("-")) {
    for (const auto& parameter : global_parameters())
      for (auto& name : split(parameter.name)) offers.push_back(std::move(name));
    if (verb)
      for (const auto& parameter : verb->parameters)
        if (parameter.name.starts_with("-"))
          for (auto& name : split(parameter.name)) offers.push_back(std::move(name));
  } else if (!verb) {
    for (const auto& one : verbs) offers.push_back(one.name);
  } else {
    std::size_t place = 0;
    for (const auto& parameter : verb->parameters) {
      if (parameter.name.starts_with("-")) continue;
      if (place++ == places || parameter.kind == Parameter::Kind::words) {
        offers = values_of(parameter, front);
        break;
      }
    }
  }
  std::erase_if(offers, [&typed](const std::string& offer) { return !offer.starts_with(typed); });
  return offers;
}

const char* bash_completion() {
  return R"(# source <(juju microstack completion)
_juju_microstack() {
  local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
  [ "${COMP_WORDS[0]##*/}" = juju-microstack ] || words=("${COMP_WORDS[@]:2:COMP_CWORD-1}")
  mapfile -t COMPREPLY < <(juju-microstack __complete "${words[@]}" 2> /dev/null)
}
complete -F _juju_microstack juju-microstack
# The juju command's own completion keeps every other word.
_juju_before_microstack=$(complete -p juju 2> /dev/null | sed -n 's/.*-F \([^ ]*\).*/\1/p')
_juju_with_microstack() {
  if [ "$COMP_CWORD" -gt 1 ] && [ "${COMP_WORDS[1]}" = microstack ]; then _juju_microstack; return; fi
  [ -z "$_juju_before_microstack" ] || "$_juju_before_microstack" "$@"
}
[ "$_juju_before_microstack" = _juju_with_microstack ] || complete -F _juju_with_microstack juju
)";
}

}  // namespace microstack::plugin
