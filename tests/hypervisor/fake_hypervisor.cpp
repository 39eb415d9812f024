// The whole program, but each component of the profile is one step: the file STATE/world/NAME. Its config
// steers it: gate: a FIFO that must be opened for writing before apply goes on; fail: the error's kind;
// after: another component.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>

#include "engine/base/file.h"
#include "hypervisor/program.h"

using namespace microstack;

namespace {

class FileFact : public Step {
 public:
  FileFact(const Places& places, Profile::ComponentChoice choice)
      : path_(places.state + "/world/" + choice.name), choice_(std::move(choice)) {}
  std::string id() const override { return "fact:" + choice_.name; }
  std::string title() const override { return "Make " + choice_.name; }
  Json inputs() const override { return choice_.config; }
  Result<Truth> check(StepContext&) override {
    MS_TRY(const auto file, read_file(path_));
    return file ? Truth::yes() : Truth::no(choice_.name + " is missing");
  }
  Status apply(StepContext&) override {
    if (choice_.config.contains("gate")) MS_CHECK(pass(choice_.config["gate"]));
    if (choice_.config.contains("fail"))
      return choice_.config["fail"] == "ask" ? ask("the port is taken") : give_up("it broke");
    return write_file(path_, choice_.name);
  }
  Status undo(StepContext&) override { return remove_file(path_); }

 private:
  static Status pass(const std::string& gate) {
    const int fd = ::open(gate.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    pollfd polled{fd, POLLIN, 0};
    const bool open = ::poll(&polled, 1, 30'000) == 1;
    ::close(fd);
    if (!open) return retry("nobody opened the gate", gate);
    return {};
  }

  std::string path_;
  Profile::ComponentChoice choice_;
};

class FolderPlanner : public Planner {
 public:
  explicit FolderPlanner(Places places) : places_(std::move(places)) {}
  Result<Plan> plan(const Profile& profile, Stage stage) override {
    Plan plan;
    for (const auto& choice : profile.components) {
      if (stage == Stage::prepare && !choice.config.contains("prepare")) continue;
      std::vector<std::string> after;
      if (choice.config.contains("after"))
        after.push_back("fact:" + choice.config["after"].get<std::string>());
      plan.add(std::make_unique<FileFact>(places_, choice), after);
    }
    return plan;
  }
  Result<Plan> leaving(const Profile& before, const Profile& now) override {
    Plan plan;
    for (const auto& choice : before.components) {
      const bool stays = std::any_of(now.components.begin(), now.components.end(),
                                     [&](const auto& other) { return other.name == choice.name; });
      if (!stays) plan.add(std::make_unique<FileFact>(places_, choice));
    }
    return plan;
  }
  Result<Plan> seal(const Profile&) override {
    Plan plan;
    plan.add(std::make_unique<FileFact>(places_, Profile::ComponentChoice{"sealed", Json::object()}));
    return plan;
  }
  Result<ImageRecipe> image(const std::string&, const std::vector<std::string>&,
                            const std::vector<std::string>&) override {
    return ask("this planner makes no images");
  }
  NodeStatus status(const Profile& profile, const RunOptions& options) override {
    const auto steps = plan(profile, Stage::all);
    auto findings = examine(*steps, options);
    return {{{"differences", findings.differences}}, !findings.differences.empty(), findings.error};
  }
  Result<Plan> joining(const Profile&, const std::vector<Profile>&) override { return Plan{}; }
  Result<Plan> parting(const Profile&, const std::vector<Profile>&) override { return Plan{}; }
  Result<std::map<std::string, std::string>> handed_over(const Profile& node) override {
    return std::map<std::string, std::string>{{"of/" + node.node.name, "value"}};
  }
  Result<Json> facts(const Profile& profile) override { return Json{{"name", profile.node.name}}; }

 private:
  Places places_;
};

}  // namespace

int main(int argc, char** argv) {
  return program(argc, argv, [](const Places& places) -> Result<std::unique_ptr<Planner>> {
    return std::unique_ptr<Planner>(std::make_unique<FolderPlanner>(places));
  });
}
