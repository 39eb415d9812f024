// machine up|down|start|kill|remove|list|status|exec: system containers on this host that are nodes.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <thread>

#include "engine/base/file.h"
#include "engine/host/machine_host.h"
#include "engine/machines/images.h"
#include "engine/machines/machines.h"
#include "engine/machines/probe.h"
#include "engine/plan/executor.h"
#include "hypervisor/commands/command.h"
#include "hypervisor/install/prepared_layer.h"

namespace microstack {

namespace {

struct Named {
  std::string cluster, name;
};

constexpr auto up_limit = std::chrono::hours(1);  // a first base image over a slow network

// A caller that dies leaves its run going on: the next waits for its end, and finds made what it made.
Result<FileLock> only_one(const Places& places, const MachineSpec& spec, const StepContext& context) {
  const auto path = fmt::format("{}/{}-{}.up.lock", places.run, spec.cluster, spec.name);
  const auto deadline = std::chrono::steady_clock::now() + up_limit;
  for (bool told = false;; told = true) {
    MS_TRY(auto lock, FileLock::try_take(path));
    if (told && lock) context.waiting("");
    if (lock) return std::move(*lock);
    if (!told) context.waiting("the run that makes machine " + spec.name + " already");
    if (context.stop.stop_requested())
      return retry("stopped while another run makes machine " + spec.name, path);
    if (std::chrono::steady_clock::now() >= deadline)
      return retry("another run has been making machine " + spec.name + " for an hour", path,
                   "see what it does: fuser -v " + path);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

Result<Json> up(Front& front) {
  MS_TRY(const auto text, front.read_all());
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded())
    return ask("stdin is no JSON", "stdin", "give the machine's specification on stdin");
  MS_TRY(auto spec, machine_spec_from_json(json));
  Cancel cancel;
  LocalHost local;
  Images images(front.places, local);
  Machines machines(front.places, local);
  const auto events = front.events();
  auto context = front.telling("image", cancel.token());
  MS_TRY(const auto alone, only_one(front.places, spec, context));
  MS_TRY(auto layers, machines.layers(spec.cluster, spec.name));  // of one that is there: what it was made of
  if (!layers) {
    MS_TRY(const bool image_is_there, has_image(front, spec));
    MS_CHECK(machine_preflight(local, front.places, spec, image_is_there, cancel.token()));
    MS_TRY(layers, layers_for(front, images, spec, context));
  }
  MS_TRY(const auto plan, machines.up(spec, *layers));
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
  auto context = front.telling("machine:" + named.name, cancel.token());
  MS_CHECK(check_name(named.cluster, "cluster"));
  MS_CHECK(check_name(named.name, "name"));
  MS_CHECK(what(machines, named, context));
  MS_TRY(const auto known, machines.layers(named.cluster, named.name));
  if (!known) return Json{{"cluster", named.cluster}, {"name", named.name}, {"state", "absent"}};
  MS_TRY(const auto left, machines.status(named.cluster, named.name));
  return to_json(left);
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
       [](Machines&, const Named&, StepContext&) -> Status { return {}; });

  auto* inside =
      machine->add_subcommand("exec", "Run a command in a machine: exec CLUSTER NAME -- COMMAND...");
  auto named = std::make_shared<Named>();
  inside->add_option("cluster", named->cluster, "name of the cluster")->required();
  inside->add_option("name", named->name, "name of the machine")->required();
  inside->callback([&front, named] {
    if (front.command.empty()) throw CLI::RequiredError("-- COMMAND...");
    exec(front, *named, std::exchange(front.command, {}));
  });
}

}  // namespace microstack
