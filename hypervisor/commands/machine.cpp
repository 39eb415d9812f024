// machine up|down|start|kill|remove|list|status|exec: system containers on this host that are nodes.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "engine/host/machine_host.h"
#include "engine/machines/images.h"
#include "engine/machines/machines.h"
#include "engine/plan/executor.h"
#include "hypervisor/commands/command.h"

namespace microstack {

namespace {

struct Named {
  std::string cluster, name;
};

// What the functions of Machines tell while they work, as events of one step.
StepContext telling(const std::string& step, const std::string& run, std::stop_token stop,
                    const EventSink& events) {
  StepContext context;
  context.stop = std::move(stop);
  context.progress = [step, run, events](std::int64_t done, std::int64_t total, const std::string& what) {
    Event event;
    event.run = run;
    event.step = step;
    event.title = what;
    event.done = done;
    event.total = total;
    events(event);
  };
  context.waiting = [step, run, events](const std::string& what) {
    Event event;
    event.kind = Event::Kind::wait;
    event.run = run;
    event.step = step;
    event.waiting_for = what;
    if (!what.empty()) events(event);
  };
  return context;
}

Result<Json> up(Front& front) {
  MS_TRY(const auto text, front.read_all());
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded())
    return ask("stdin is no JSON", "stdin", "give the machine's specification on stdin");
  MS_TRY(const auto spec, machine_spec_from_json(json));
  Cancel cancel;
  LocalHost local;
  Images images(front.places, local);
  Machines machines(front.places, local);
  const auto events = front.events();
  auto context = telling("image", front.run, cancel.token(), events);
  MS_TRY(const auto layers, images.layers(spec.image, spec.prepared, context));
  MS_TRY(const auto plan, machines.up(spec, layers));
  RunOptions options;
  options.run = front.run;
  options.events = [&events](const Event& event) {
    if (event.kind != Event::Kind::done) events(event);  // the answer's event is the one that ends the verb
  };
  options.stop = cancel.token();
  const auto outcome = execute(plan, options);
  if (outcome.error) return *outcome.error;
  MS_TRY(const auto status, machines.status(spec.cluster, spec.name));
  return to_json(status);
}

Result<Json> act(Front& front, const Named& named,
                 const std::function<Status(Machines&, const Named&, StepContext&)>& what) {
  Cancel cancel;
  LocalHost local;
  Machines machines(front.places, local);
  auto context = telling("machine:" + named.name, front.run, cancel.token(), front.events());
  MS_CHECK(check_name(named.cluster, "cluster"));
  MS_CHECK(check_name(named.name, "name"));
  MS_CHECK(what(machines, named, context));
  MS_TRY(const auto left, machines.list());
  for (const auto& machine : left)
    if (machine.cluster == named.cluster && machine.name == named.name) return to_json(machine);
  return Json{{"cluster", named.cluster}, {"name", named.name}, {"state", "absent"}};
}

Result<Json> all(Front& front) {
  LocalHost local;
  Machines machines(front.places, local);
  MS_TRY(const auto list, machines.list());
  Json out = Json::array();
  for (const auto& machine : list) out.push_back(to_json(machine));
  return out;
}

// Runs a command in the machine: its output is ours, its exit code too.
void exec(Front& front, const Named& named, const std::vector<std::string>& argv) {
  Cancel cancel;
  LocalHost local;
  Machines machines(front.places, local);
  MachineHost inside(local, named.name, [&] { return machines.leader(named.cluster, named.name); });
  Command command;
  command.argv = argv;
  command.limit = std::chrono::hours(24);
  if (!::isatty(front.in)) {
    auto text = front.read_all(std::size_t{1} << 30);
    if (!text) return front.fail(text.error(), exit_of(text.error()));
    command.stdin_text = std::move(text).value();
  }
  command.on_line = [&front](std::string_view line) { front.print(std::string(line) + "\n"); };
  const auto result = inside.run(command, cancel.token());
  if (!result) return front.fail(result.error(), exit_of(result.error()));
  std::cerr << result.value().err;
  front.exit = static_cast<Exit>(result.value().exit_code);
}

}  // namespace

void add_machine(CLI::App& program, Front& front) {
  auto* machine =
      program.add_subcommand("machine", "Make and remove machines (system containers) on this host");
  machine->require_subcommand(1);
  machine->add_subcommand("up", "Make and start a machine; its specification is JSON on stdin")
      ->callback([&front] { front.finish(up(front)); });
  machine->add_subcommand("list", "All machines of this host")->callback([&front] {
    front.finish(all(front));
  });

  const auto verb = [&](const char* name, const char* text,
                        std::function<Status(Machines&, const Named&, StepContext&)> what) {
    auto* command = machine->add_subcommand(name, text);
    auto named = std::make_shared<Named>();
    command->add_option("cluster", named->cluster, "name of the cluster")->required();
    command->add_option("name", named->name, "name of the machine")->required();
    command->callback([&front, named, what = std::move(what)] { front.finish(act(front, *named, what)); });
  };
  verb("down", "Shut a machine down", [](Machines& machines, const Named& n, StepContext& context) {
    return machines.power_off(n.cluster, n.name, std::chrono::seconds(90), context);
  });
  verb("start", "Start a machine that is off", [](Machines& machines, const Named& n, StepContext& context) {
    return machines.start(n.cluster, n.name, context);
  });
  verb("kill", "Cut a machine's power", [](Machines& machines, const Named& n, StepContext& context) {
    return machines.kill(n.cluster, n.name, context);
  });
  verb("remove", "Remove a machine and all that is in it",
       [](Machines& machines, const Named& n, StepContext& context) {
         return machines.remove(n.cluster, n.name, context);
       });
  verb("status", "What a machine is, and how it is",
       [](Machines& machines, const Named& n, StepContext&) -> Status {
         MS_TRY(auto there, machines.status(n.cluster, n.name));
         return {};
       });

  auto* inside = machine->add_subcommand("exec", "Run a command in a machine");
  auto named = std::make_shared<Named>();
  auto argv = std::make_shared<std::vector<std::string>>();
  inside->add_option("cluster", named->cluster, "name of the cluster")->required();
  inside->add_option("name", named->name, "name of the machine")->required();
  inside->add_option("command", *argv, "the command, after --")->required();
  inside->callback([&front, named, argv] { exec(front, *named, *argv); });
}

}  // namespace microstack
