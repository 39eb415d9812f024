#include "engine/substrate/native/recipe.h"

#include <algorithm>
#include <functional>

#include "engine/base/template.h"
#include "engine/steps/account.h"
#include "engine/steps/boot.h"
#include "engine/steps/database.h"
#include "engine/steps/directory.h"
#include "engine/steps/file.h"
#include "engine/steps/health.h"
#include "engine/steps/identity.h"
#include "engine/steps/open_vswitch.h"
#include "engine/steps/packages.h"
#include "engine/steps/program.h"
#include "engine/steps/task.h"
#include "engine/steps/traces.h"
#include "engine/steps/unit.h"

namespace microstack::native {
namespace {

using Ids = std::vector<std::string>;
using Kind = Entry::Kind;

constexpr const char* database_component = "mariadb";
constexpr const char* identity_service = "identity";
constexpr const char* packages_id = "packages";
constexpr const char* kept_program = "/usr/lib/microstack/microstack-hypervisor";  // what timers start
constexpr const char* authority_id = "authority";
constexpr const char* boot_id = "boot";

Ids operator+(Ids left, const Ids& right) {
  for (const std::string& id : right)
    if (std::find(left.begin(), left.end(), id) == left.end()) left.push_back(id);
  return left;
}

unsigned octal(const std::string& mode) {
  return static_cast<unsigned>(std::stoul(mode, nullptr, 8));
}

class Writer {
 public:
  Writer(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools)
      : profile_(profile), catalogue_(catalogue), facts_(facts), tools_(tools) {}

  Result<Recipe> write() {
    MS_CHECK(choose_components());
    MS_CHECK(add_node_facts());
    for (const Component* component : here_) MS_CHECK(add_ground(*component));
    add_node_files();
    MS_CHECK(add_boot());
    for (const Component* component : here_) MS_CHECK(add_data(*component));
    for (const Component* component : here_) add_identity(*component);
    for (const Component* component : here_) MS_CHECK(add_running(*component));
    for (const Component* component : here_) MS_CHECK(add_final_tasks(*component));
    MS_CHECK(resolve_order());
    return std::move(recipe_);
  }

  Result<std::vector<std::unique_ptr<Step>>> tasks(TasksOf which) {
    std::vector<std::unique_ptr<Step>> steps;
    for (const auto& choice : profile_.components) {
      const Component* component = catalogue_.find(choice.name);
      if (!runs_on(*component, profile_.node.roles)) continue;
      for (const auto& task : component->native.*which) {
        MS_TRY(const bool counts, this->counts(task.when, *component));
        if (!counts) continue;
        MS_TRY(auto step, task_step(*component, task));
        steps.push_back(std::move(step));
      }
    }
    return steps;
  }

 private:
  // ids of the steps of one component, by what they are
  struct Parts {
    Ids ground, databases, tasks, units, health;
    Ids ready() const { return !health.empty() ? health : !units.empty() ? units : tasks + ground; }
  };

  Status choose_components() {
    std::vector<std::string> names;
    for (const auto& choice : profile_.components) names.push_back(choice.name);
    MS_TRY(const auto ordered, catalogue_.closure(names));
    for (const std::string& name : ordered) {
      const Component* component = catalogue_.find(name);
      const bool asked = std::find(names.begin(), names.end(), name) != names.end();
      if (!runs_on(*component, profile_.node.roles)) continue;
      if (!asked)
        return ask("component " + name + " is needed on this node but is not in its profile",
                   profile_.node.name, "add it to the profile's components", {"components"});
      here_.push_back(component);
    }
    return {};
  }

  // --- texts -------------------------------------------------------------------------------------------------------
  Result<std::string> text(const std::string& text, const Component& component) {
    return text_with(text, component, facts_, component.source_file);
  }
  static Result<std::string> text_with(const std::string& text, const Component& component, const Json& facts,
                                       const std::string& name) {
    if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos &&
        text.find("{#") == std::string::npos)
      return text;
    auto rendered = render(text, name, facts, [](const std::string& secret) -> Result<std::string> {
      return MarkedText::mark(secret);
    });
    if (!rendered) return doing("rendering a text of component " + component.name, rendered.error());
    return rendered;
  }
  Result<Ids> texts(const Ids& all, const Component& component) {
    Ids out;
    for (const std::string& one : all) {
      MS_TRY(auto rendered, text(one, component));
      out.push_back(std::move(rendered));
    }
    return out;
  }
  Result<std::map<std::string, std::string>> texts(const std::map<std::string, std::string>& all,
                                                   const Component& component) {
    std::map<std::string, std::string> out;
    for (const auto& [key, one] : all) {
      MS_TRY(out[key], text(one, component));
    }
    return out;
  }
  Result<bool> counts(const std::string& when, const Component& component) {
    if (when.empty()) return true;
    return holds(when, component.source_file, facts_);
  }

  // --- entries -----------------------------------------------------------------------------------------------------
  std::string add(const std::string& component, Kind kind, std::unique_ptr<Step> step, Ids after,
                  bool prepare = false) {
    std::string id = step->id();
    recipe_.entries.push_back(Entry{std::move(step), std::move(after), component, kind, prepare});
    return id;
  }

  Status add_node_facts() {
    Ids names;
    for (const Component* component : here_) names.push_back(component->name);
    MS_TRY(auto packages, native::packages(catalogue_, names, profile_.node.roles));
    add("", Kind::package,
        std::make_unique<PackagesStep>(tools_.host, tools_.undo, std::move(packages), profile_.packages), {},
        true);
    return {};
  }

  // After the folders of the components, some of which they lie in: who makes a folder first has the record of it.
  void add_node_files() {
    const std::string authority = facts_["api"]["ca_file"];
    add("", Kind::authority,
        std::make_unique<AuthorityStep>(tools_.host, tools_.secrets, profile_.cluster.name, authority),
        folders_around(authority));
    add("", Kind::program, std::make_unique<ProgramStep>(tools_.host, kept_program),
        Ids{packages_id} + folders_around(kept_program));
  }

  Result<bool> unit_counts(const Component& component, const Component::Unit& unit) {
    if (!unit.role.empty() && !profile_.has_role(unit.role)) return false;
    return counts(unit.when, component);
  }

  // Before any unit starts: all unit files are there, systemd has read them, and what must never run is masked.
  Status add_boot() {
    Ids enabled, masked;
    for (const Component* component : here_)
      for (const auto& unit : component->native.units) {
        MS_TRY(const bool counts, unit_counts(*component, unit));
        if (counts) (unit.masked ? masked : enabled).push_back(unit.name);
      }
    add("", Kind::unit,
        std::make_unique<BootStep>(tools_.host, tools_.systemd, tools_.undo, std::move(enabled),
                                   std::move(masked)),
        Ids{packages_id} + unit_files_);
    return {};
  }

  // What the component's programs stand on: folders, accounts, files, certificates, keys, the switch's settings.
  Status add_ground(const Component& component) {
    Parts& parts = parts_[component.name];
    for (const auto& directory : component.native.directories) {
      MS_TRY(const bool counts, this->counts(directory.when, component));
      MS_TRY(auto path, text(directory.path, component));
      if (!counts || !paths_.insert(path).second) continue;  // a folder may be named by several components
      parts.ground.push_back(
          add(component.name, Kind::directory,
              std::make_unique<DirectoryStep>(
                  tools_.host, tools_.undo,
                  DirectoryFact{path, octal(directory.mode), directory.owner, directory.group}),
              Ids{packages_id} + folders_around(path)));
    }
    if (!component.native.accounts.empty())
      parts.ground.push_back(add(
          component.name, Kind::account,
          std::make_unique<AccountsStep>(tools_.host, tools_.undo, component.name, component.native.accounts),
          {packages_id}));
    const Ids folders = Ids{packages_id} + parts.ground;
    for (const auto& file : component.native.files) MS_CHECK(add_file(component, file, folders));
    for (const auto& keys : component.native.key_repositories) add_keys(component, keys, folders);
    for (const auto& certificate : component.native.certificates)
      MS_CHECK(add_certificate(component, certificate, folders));
    for (const auto& settings : component.native.open_vswitch)
      MS_CHECK(add_open_vswitch(component, settings));
    // Last of what stands before any of its programs runs, so first to be undone when none runs any more.
    if (const auto& traces = component.native.traces;
        !traces.paths.empty() || !traces.units.empty() || !traces.mounts.empty())
      parts.ground.push_back(add(
          component.name, Kind::traces,
          std::make_unique<TracesStep>(tools_.host, tools_.systemd, tools_.undo,
                                       TracesFact{component.name, traces.paths, traces.units, traces.mounts}),
          Ids{packages_id} + parts.ground));
    return {};
  }

  // Those that are steps, too: made before it, and taken away after it.
  Ids folders_around(const std::string& path) const {
    Ids around;
    for (const std::string& other : paths_)
      if (path.starts_with(other + "/")) around.push_back("directory:" + other);
    return around;
  }

  Status add_file(const Component& component, const Component::File& file, const Ids& after) {
    MS_TRY(const bool counts, this->counts(file.when, component));
    if (!counts) return {};
    FileFact fact{{}, {}, octal(file.mode), file.owner, file.group, file.restarts};
    MS_TRY(fact.path, text(file.path, component));
    std::string source = file.text, name = component.source_file;
    if (!file.content.empty()) {
      MS_TRY(source, catalogue_.template_text(file.content));
      name = "schemas/templates/" + file.content;
    }
    Json facts = facts_;
    facts["with"] = Json::object();
    for (const auto& [key, value] : file.with) {
      MS_TRY(const auto rendered, text(value, component));
      facts["with"][key] = rendered;
    }
    MS_TRY(auto content, text_with(source, component, facts, name));
    fact.content = MarkedText(std::move(content));
    const Ids around = folders_around(fact.path);
    if (fact.path.starts_with("/etc/systemd/")) unit_files_.push_back("file:" + fact.path);
    note_secrets(fact.content);
    parts_[component.name].ground.push_back(
        add(component.name, Kind::file,
            std::make_unique<FileStep>(tools_.host, tools_.secrets, tools_.undo, std::move(fact)),
            after + around));
    return {};
  }

  // 32 random bytes as URL-safe base64 with its padding: what Fernet calls a key. 1 is the primary one, 0 the next.
  void add_keys(const Component& component, const Component::KeyRepository& keys, const Ids& after) {
    const std::string folder =
        add(component.name, Kind::directory,
            std::make_unique<DirectoryStep>(tools_.host, tools_.undo,
                                            DirectoryFact{keys.path, 0700, keys.owner, keys.group}),
            after);
    parts_[component.name].ground.push_back(folder);
    for (const auto& [file, secret] : {std::pair{"0", keys.secret + "-next"}, std::pair{"1", keys.secret}}) {
      recipe_.secrets.insert(secret);
      parts_[component.name].ground.push_back(
          add(component.name, Kind::file,
              std::make_unique<FileStep>(tools_.host, tools_.secrets, tools_.undo,
                                         FileFact{keys.path + "/" + file,
                                                  MarkedText(MarkedText::mark(secret) + "="),
                                                  0600,
                                                  keys.owner,
                                                  keys.group,
                                                  {}}),
              {folder}));
    }
  }

  Status add_certificate(const Component& component, const Component::Certificate& certificate,
                         const Ids& after) {
    MS_TRY(const bool counts, this->counts(certificate.when, component));
    if (!counts) return {};
    const Json chosen = facts_["components"].value("certificates", Json());
    const Json terms = chosen.is_object() ? chosen : Json::object();
    CertificateFact fact{certificate.path,
                         {},
                         certificate.owner,
                         certificate.group,
                         certificate.restarts,
                         certificate.reloads,
                         std::chrono::hours(terms.value("certificate_hours", 365 * 24)),
                         std::chrono::hours(terms.value("renew_hours", 60 * 24))};
    MS_TRY(const auto names, texts(certificate.names, component));
    for (const std::string& name : names)
      if (!name.empty()) fact.names.push_back(name);
    fact.names = Ids() + fact.names;  // each once
    recipe_.certificates.push_back(fact);
    parts_[component.name].ground.push_back(
        add(component.name, Kind::certificate,
            std::make_unique<CertificateStep>(tools_.host, tools_.secrets, profile_.cluster.name,
                                              std::move(fact)),
            after + Ids{authority_id}));
    return {};
  }

  Status add_open_vswitch(const Component& component, const Component::OpenVSwitch& settings) {
    MS_TRY(const bool counts, this->counts(settings.when, component));
    if (!counts) return {};
    OpenVSwitchFact fact;
    MS_TRY(fact.external_ids, texts(settings.external_ids, component));
    MS_TRY(fact.other_config, texts(settings.other_config, component));
    MS_TRY(fact.manager, text(settings.manager, component));
    fact.datapath = facts_["probe"]["datapath"].get<std::string>();
    fact.bridges.push_back({"br-int", {}, "secure"});
    for (const auto& physnet : profile_.network.physnets) {
      fact.bridges.push_back({physnet.bridge, {}, "standalone"});
      if (!physnet.interface.empty()) fact.bridges.back().ports = {physnet.interface};
    }
    if (!profile_.network.tunnel_interface.empty())
      fact.bridges.push_back({"br-tun0", {profile_.network.tunnel_interface}, "standalone"});
    add(component.name, Kind::open_vswitch,
        std::make_unique<OpenVSwitchStep>(tools_.host, tools_.undo, std::move(fact)),
        {packages_id, "unit:openvswitch-switch"});
    return {};
  }

  bool has_database_here() const { return has(database_component); }
  bool has(const std::string& name) const {
    return std::any_of(here_.begin(), here_.end(), [&](const Component* c) { return c->name == name; });
  }

  Status add_data(const Component& component) {
    Parts& parts = parts_[component.name];
    if (!component.native.databases.empty())
      parts.databases.push_back(
          add(component.name, Kind::database,
              std::make_unique<DatabaseStep>(tools_.host, tools_.secrets, component.name,
                                             component.native.databases),
              {database_component}));
    for (const auto& task : component.native.tasks) {
      MS_TRY(const auto id, add_task(component, task, parts.ground + parts.databases));
      if (!id.empty()) parts.tasks.push_back(id);
    }
    return {};
  }

  void note_secrets(const MarkedText& text) {
    for (auto& name : text.names()) recipe_.secrets.insert(std::move(name));
  }

  Result<std::unique_ptr<Step>> task_step(const Component& component, const Component::Task& task) {
    TaskFact fact;
    fact.id = component.name + "/" + task.id;
    fact.title = task.title;
    fact.user = task.user;
    fact.limit = std::chrono::seconds(task.limit_s);
    MS_TRY(fact.run, texts(task.run, component));
    MS_TRY(fact.unless, texts(task.unless, component));
    MS_TRY(fact.undo, texts(task.undo, component));
    MS_TRY(fact.unless_sql, text(task.unless_sql, component));
    MS_TRY(fact.stdin_text, text(task.stdin_text, component));
    MS_TRY(fact.sql, text(task.sql, component));
    note_secrets(fact.stdin_text);
    note_secrets(fact.sql);
    return std::unique_ptr<Step>(std::make_unique<TaskStep>(tools_.host, tools_.secrets, std::move(fact)));
  }

  Result<std::string> add_task(const Component& component, const Component::Task& task, Ids after) {
    MS_TRY(const bool counts, this->counts(task.when, component));
    if (!counts) return std::string();
    MS_TRY(auto step, task_step(component, task));
    if (!task.sql.empty() || !task.unless_sql.empty()) after = after + Ids{database_component};
    return add(component.name, Kind::task, std::move(step), Ids{packages_id} + after + task.after,
               task.prepare);
  }

  const Component* identity_component() const {
    for (const Component* component : here_)
      for (const auto& endpoint : component->native.endpoints)
        if (endpoint.service == identity_service) return component;
    return nullptr;
  }

  void add_identity(const Component& component) {
    const Component* home = identity_component();
    if (home == nullptr) return;
    IdentityFact fact{component.name, profile_.cluster.region, component.native.identity, {}};
    for (const auto& endpoint : facts_["endpoints"])
      if (endpoint["component"] == component.name && endpoint["catalogue"].get<bool>())
        fact.services.push_back({endpoint["service"], endpoint["name"], endpoint["url"]});
    if (fact.users.empty() && fact.services.empty()) return;
    identities_.push_back(add(component.name, Kind::identity,
                              std::make_unique<IdentityStep>(tools_.host, tools_.secrets, std::move(fact)),
                              parts_[home->name].tasks + Ids{database_component}));
  }

  Status add_running(const Component& component) {
    Parts& parts = parts_[component.name];
    Ids before = Ids{boot_id} + parts.ground + parts.tasks;
    if (&component == identity_component()) before = before + identities_;
    for (const auto& unit : component.native.units) {
      MS_TRY(const bool counts, unit_counts(component, unit));
      if (!counts || unit.masked) continue;
      parts.units.push_back(
          add(component.name, Kind::unit,
              std::make_unique<UnitStep>(tools_.host, tools_.systemd, unit.name, unit.reloads),
              before + unit.after));
    }
    for (std::size_t i = 0; i < component.native.health.size(); ++i) {
      const auto& health = component.native.health[i];
      MS_TRY(const bool counts, this->counts(health.when, component));
      if (!counts) continue;
      HealthFact fact{component.name + "/" + std::to_string(i), health.title, {}, {}, {},
                      std::chrono::seconds(health.limit_s)};
      MS_TRY(fact.http, text(health.http, component));
      MS_TRY(fact.tcp, text(health.tcp, component));
      MS_TRY(fact.run, texts(health.run, component));
      parts.health.push_back(add(component.name, Kind::health,
                                 std::make_unique<HealthStep>(tools_.host, tools_.http, std::move(fact)),
                                 parts.units.empty() ? parts.ground + parts.tasks : parts.units));
    }
    return {};
  }

  Status add_final_tasks(const Component& component) {
    for (const auto& task : component.native.finally) {
      MS_TRY([[maybe_unused]] const auto id, add_task(component, task, parts_[component.name].ready()));
    }
    return {};
  }

  // --- order -------------------------------------------------------------------------------------------------------
  // What `after` may name: a step's id, COMPONENT/TASK, or a component, which stands for its health. What the catalogue
  // knows but this node does not run is no order here; what nobody knows is a slip.
  Status resolve_order() {
    std::set<std::string> known;
    for (const Entry& entry : recipe_.entries) known.insert(entry.step->id());
    std::set<std::string> elsewhere = {"open_vswitch"};
    for (const Component& component : catalogue_.components()) {
      elsewhere.insert(component.name);
      for (const auto& unit : component.native.units) elsewhere.insert("unit:" + unit.name);
      for (const auto* tasks : {&component.native.tasks, &component.native.finally})
        for (const auto& task : *tasks) elsewhere.insert(component.name + "/" + task.id);
    }
    for (Entry& entry : recipe_.entries) {
      Ids resolved;
      for (const std::string& name : entry.after) {
        if (known.contains(name)) {
          resolved = resolved + Ids{name};
        } else if (known.contains("task:" + name)) {
          resolved = resolved + Ids{"task:" + name};
        } else if (has(name)) {
          resolved = resolved + parts_[name].ready();
        } else if (!elsewhere.contains(name)) {
          const Component* component = catalogue_.find(entry.component);
          return ask("step " + entry.step->id() + " comes after " + name +
                         ", which is neither a component, a task nor a step",
                     component == nullptr ? "" : component->source_file, {}, {"after"});
        }
      }
      std::erase(resolved, entry.step->id());
      entry.after = std::move(resolved);
    }
    return {};
  }

  const Profile& profile_;
  const Catalogue& catalogue_;
  const Json& facts_;
  Tools& tools_;
  std::vector<const Component*> here_;
  std::map<std::string, Parts> parts_;
  std::set<std::string> paths_;
  Ids unit_files_;
  Ids identities_;
  Recipe recipe_;
};

}  // namespace

Result<Recipe> recipe(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools) {
  return Writer(profile, catalogue, facts, tools).write();
}

Result<std::vector<std::unique_ptr<Step>>> member_tasks(const Profile& node, const Catalogue& catalogue,
                                                        const Json& facts, Tools& tools, TasksOf which) {
  return Writer(node, catalogue, facts, tools).tasks(which);
}

std::set<std::string> of_kinds(const Recipe& recipe, std::initializer_list<Entry::Kind> kinds) {
  std::set<std::string> chosen;
  for (const Entry& entry : recipe.entries)
    if (std::find(kinds.begin(), kinds.end(), entry.kind) != kinds.end()) chosen.insert(entry.step->id());
  return chosen;
}

std::set<std::string> prepared(const Recipe& recipe) {
  std::map<std::string, const Entry*> by_id;
  for (const Entry& entry : recipe.entries) by_id[entry.step->id()] = &entry;
  std::set<std::string> chosen;
  const std::function<void(const std::string&)> choose = [&](const std::string& id) {
    // An image keeps what its programs made: that is what it is for.
    if (by_id.at(id)->kind == Entry::Kind::traces || !chosen.insert(id).second) return;
    for (const std::string& before : by_id.at(id)->after) choose(before);
  };
  for (const Entry& entry : recipe.entries)
    if (entry.prepare) choose(entry.step->id());
  return chosen;
}

}  // namespace microstack::native
