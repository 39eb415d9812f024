#include "juju-plugin/program.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <cstring>
#include <ostream>

#include "juju-plugin/completion.h"

namespace microstack::plugin {
namespace {

constexpr const char* description =
    "Deploys an OpenStack cloud, shows how it is, changes it and starts VMs in it.";

// --long-name of "-s,--long-name"; NAME of a word.
std::string longest(const std::string& names) {
  return names.substr(names.rfind(',') + 1);
}

struct Given {
  const Parameter* parameter;
  CLI::Option* option;
};

std::vector<Given> add_parameters(CLI::App& app, const Verb& verb,
                                  std::vector<std::unique_ptr<std::vector<std::string>>>& values) {
  std::vector<Given> given;
  for (const auto& parameter : verb.parameters) {
    CLI::Option* option = nullptr;
    if (parameter.kind == Parameter::Kind::flag) {
      option = app.add_flag(parameter.name, parameter.help);
    } else {
      auto& value = *values.emplace_back(std::make_unique<std::vector<std::string>>());
      option = app.add_option(parameter.name, value, parameter.help);
      if (parameter.kind == Parameter::Kind::many)
        option->allow_extra_args(false);
      else if (parameter.kind != Parameter::Kind::words)
        // Without the second a word that may be left out takes those behind it as well.
        option->expected(parameter.bare ? 0 : 1, 1)->allow_extra_args(false);
      if (parameter.bare) option->default_str("");
      option->type_name(parameter.name.starts_with("-") ? "VALUE" : "");
      if (!parameter.choices.empty()) option->check(CLI::IsMember(parameter.choices));
    }
    if (parameter.required) option->required();
    given.push_back({&parameter, option});
  }
  return given;
}

Arguments arguments_of(const std::vector<Given>& given) {
  Arguments arguments;
  for (const auto& [parameter, option] : given)
    if (option->count() > 0) arguments.set(longest(parameter->name), option->results());
  return arguments;
}

void fail(Front& front, const Error& error) {
  front.tell(toned("ERROR", Tone::bad, front.err_is_terminal) + " " + error.text());
  front.exit = exit_of(error);
}

std::string from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value ? value : "";
}

}  // namespace

Parameter format_parameter() {
  return {Parameter::Kind::option,
          "--format",
          "table, json or yaml; table when not given",
          false,
          {"table", "json", "yaml"}};
}

Parameter no_prompt_parameter() {
  return {Parameter::Kind::flag, "-y,--yes,--no-prompt", "do not ask"};
}

Result<int> Arguments::number(const std::string& name, int otherwise) const {
  const auto value = text(name);
  if (value.empty()) return otherwise;
  char* end = nullptr;
  const long number = std::strtol(value.c_str(), &end, 10);
  if (*end != '\0' || number < 1 || number > 1'000'000)
    return ask("\"" + value + "\" is no whole number from 1", {}, {}, {name});
  return static_cast<int>(number);
}

int program(int argc, const char* const* argv, Front& front) {
  const auto all = verbs();
  if (argc > 1 && std::strcmp(argv[1], "__complete") == 0) {
    for (const auto& word : complete(all, {argv + 2, argv + argc}, front)) front.out << word << "\n";
    return 0;
  }
  CLI::App app(description, "juju microstack");
  app.set_version_flag("--version", MICROSTACK_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  bool describe = false;
  // What `juju help plugins` reads of every plug-in.
  app.add_flag_callback(
      "--description",
      [&] {
        describe = true;
        throw CLI::Success();
      },
      "say in one line what this is");
  front.cluster_name = from_environment("MICROSTACK_CLUSTER");
  front.model = from_environment("JUJU_MODEL");
  front.controller = from_environment("JUJU_CONTROLLER");
  front.kubeconfig = from_environment("MICROSTACK_KUBECONFIG");
  app.add_option("--cluster", front.cluster_name, "a cloud: its name or id");
  app.add_option("-m,--model", front.model, "a cloud by its model: [CONTROLLER:][OWNER/]MODEL");
  app.add_option("-c,--controller", front.controller, "the controller its model is on");
  app.add_option("--kubeconfig", front.kubeconfig,
                 "of the Kubernetes that a charmed cloud runs in: it is asked why pods do not run");
  app.footer(
      "Which cloud: --cluster, else -m, else the only one of this host, else that of the current model.\n"
      "Exit codes: 0 ok, 2 usage, 3 something differs or is waited for, 4 blocked, a person is needed, 5 "
      "failed "
      "(run it again to go on), 6 locked.");

  std::vector<std::unique_ptr<std::vector<std::string>>> values;
  for (const auto& verb : all) {
    auto* sub = app.add_subcommand(verb.name, verb.summary);
    sub->footer(verb.details);
    const auto given = add_parameters(*sub, verb, values);
    sub->callback([&front, &verb, given] {
      if (const auto done = verb.run(front, arguments_of(given)); !done) fail(front, done.error());
    });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (describe) {
      front.out << description << "\n";
      return 0;
    }
    return app.exit(e, front.out, front.err) == 0 ? 0 : static_cast<int>(Exit::usage);
  } catch (const std::exception& e) {
    fail(front, give_up(e.what(), {}, "this is a bug"));
  }
  return static_cast<int>(front.exit);
}

}  // namespace microstack::plugin
