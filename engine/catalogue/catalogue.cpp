#include "engine/catalogue/catalogue.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/base/hash.h"
#include "engine/base/template.h"
#include "engine/catalogue/charmed.h"
#include "engine/catalogue/component_fields.h"
#include "engine/catalogue/embedded.h"

namespace microstack {
namespace {

const std::set<std::string> known_roles = {"control", "compute", "network", "storage"};

// Collects what is wrong with one component's file.
class Checker {
 public:
  Checker(const Document& document, const Component& component,
          const std::map<std::string, std::string>& files)
      : document_(document), component_(component), files_(files) {}

  std::vector<Error> run() {
    check_head();
    for (std::size_t i = 0; i < component_.native.files.size(); ++i) check_file(i);
    check_tasks("native.tasks", component_.native.tasks);
    check_tasks("native.finally", component_.native.finally);
    check_endpoints_and_health();
    return std::move(errors_);
  }

 private:
  void wrong(const std::string& path, std::string what) {
    errors_.push_back(
        ask("component " + component_.name + ": " + std::move(what), document_.where(path), {}, {path}));
  }

  void check_head() {
    const std::string wanted = "components/" + component_.name + ".yaml";
    if (!document_.file.ends_with(wanted)) wrong("name", "the file must be named " + wanted);
    const bool plain = std::all_of(component_.name.begin(), component_.name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (component_.name.empty() || !plain)
      wrong("name", "a name has only lower-case letters, digits and dashes");
    for (std::size_t i = 0; i < component_.roles.size(); ++i)
      if (!known_roles.contains(component_.roles[i]))
        wrong(join_path("roles", i), "there is no role " + component_.roles[i]);
  }

  void check_text(const std::string& path, const std::string& text) {
    if (const auto parsed = Template::parse(text, document_.where(path)); !parsed)
      errors_.push_back(doing("reading " + path + " of component " + component_.name, parsed.error()));
  }

  void check_mode(const std::string& path, const std::string& mode) {
    const bool octal = mode.size() == 4 && mode.find_first_not_of("01234567") == std::string::npos;
    if (!octal) wrong(path, "mode \"" + mode + "\" is not four octal digits");
  }

  void check_file(std::size_t i) {
    const Component::File& file = component_.native.files[i];
    const std::string path = join_path("native.files", i);
    if (!file.path.starts_with('/') && !file.path.starts_with("{{"))
      wrong(join_path(path, "path"), "a file's path is absolute");
    check_mode(join_path(path, "mode"), file.mode);
    if (file.content.empty() == file.text.empty())
      wrong(path, "file " + file.path + " needs either content (a template) or text");
    std::string text = file.text;
    if (!file.content.empty()) {
      const auto found = files_.find("templates/" + file.content);
      if (found == files_.end())
        return wrong(join_path(path, "content"), "there is no template " + file.content);
      text = found->second;
    }
    const auto parsed =
        Template::parse(text, file.content.empty() ? document_.where(path) : "templates/" + file.content);
    if (!parsed) {
      errors_.push_back(parsed.error());
      return;
    }
    const bool has_secret = !parsed->secrets().empty();
    if (has_secret && !file.secret)
      wrong(path, "file " + file.path + " holds secrets but does not say secret: true");
    if (file.secret && !file.mode.empty() && file.mode.back() != '0')
      wrong(join_path(path, "mode"),
            "file " + file.path + " holds a secret and must not be readable by everybody");
  }

  void check_tasks(const std::string& path, const std::vector<Component::Task>& tasks) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const Component::Task& task = tasks[i];
      const std::string at = join_path(path, i);
      if (task.run.empty() == task.sql.empty()) wrong(at, "task " + task.id + " needs either run or sql");
      if (!task.unless.empty() && !task.unless_sql.empty())
        wrong(at, "task " + task.id + " has both unless and unless_sql");
      for (const auto& word : task.run) check_text(join_path(at, "run"), word);
      check_text(join_path(at, "sql"), task.sql);
      check_text(join_path(at, "unless_sql"), task.unless_sql);
      for (const auto* words : {&task.run, &task.unless, &task.undo})
        for (const auto& word : *words)
          if (word.find("{{ secret") != std::string::npos)
            wrong(at, "a secret must not be on a command line: hand it over by stdin");
    }
  }

  void check_endpoints_and_health() {
    const auto& endpoints = component_.native.endpoints;
    for (std::size_t i = 0; i < endpoints.size(); ++i)
      if (endpoints[i].port < 1 || endpoints[i].port > 65535)
        wrong(join_path("native.endpoints", i), "a port is between 1 and 65535");
    const auto& health = component_.native.health;
    for (std::size_t i = 0; i < health.size(); ++i)
      if (int(!health[i].http.empty()) + int(!health[i].tcp.empty()) + int(!health[i].run.empty()) != 1)
        wrong(join_path("native.health", i), "a health check has exactly one of http, tcp and run");
  }

  const Document& document_;
  const Component& component_;
  const std::map<std::string, std::string>& files_;
  std::vector<Error> errors_;
};

Component meaning_of(ComponentFile file, std::string source_file) {
  Component component;
  component.name = std::move(file.name);
  component.title = std::move(file.title);
  component.description = std::move(file.description);
  component.optional = file.kind == "optional";
  component.needs = std::move(file.needs);
  component.roles = std::move(file.roles);
  component.memory_mib = file.memory_mib;
  component.disk_mib = file.disk_mib;
  component.on_native = file.native.has_value();
  if (file.native) component.native = std::move(*file.native);
  component.juju = std::move(file.juju);
  component.attributes = std::move(file.terraform.attributes);
  component.source_file = std::move(source_file);
  return component;
}

// Errors: a need that does not exist, a circle of needs (named).
void check_needs(const Catalogue& catalogue, std::vector<Error>& errors) {
  std::map<std::string, int> state;  // 1 = being visited, 2 = fine
  std::vector<std::string> way;
  const std::function<void(const Component&)> visit = [&](const Component& component) {
    state[component.name] = 1;
    way.push_back(component.name);
    for (const std::string& need : component.needs) {
      const Component* other = catalogue.find(need);
      if (other == nullptr) {
        errors.push_back(ask("component " + component.name + " needs " + need + ", which does not exist",
                             component.source_file, {}, {"needs"}));
      } else if (state[need] == 1) {
        std::string circle;
        for (auto at = std::find(way.begin(), way.end(), need); at != way.end(); ++at) circle += *at + " -> ";
        errors.push_back(
            ask("components need each other in a circle: " + circle + need, component.source_file));
      } else if (state[need] == 0) {
        visit(*other);
      }
    }
    way.pop_back();
    state[component.name] = 2;
  };
  for (const Component& component : catalogue.components())
    if (state[component.name] == 0) visit(component);
}

Error all_of(std::vector<Error> errors) {
  if (errors.size() == 1) return std::move(errors.front());
  Error error = ask("the catalogue of components has " + std::to_string(errors.size()) + " errors");
  error.causes = std::move(errors);
  return error;
}

}  // namespace

bool runs_on(const Component& component, const std::vector<std::string>& roles) {
  if (component.roles.empty()) return true;
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& role) {
    return std::find(component.roles.begin(), component.roles.end(), role) != component.roles.end();
  });
}

Result<Catalogue> Catalogue::from_files(std::map<std::string, std::string> files) {
  Catalogue catalogue;
  catalogue.files_ = std::move(files);
  std::vector<Error> errors;
  for (const auto& [path, text] : catalogue.files_) {
    if (!path.starts_with("components/") || !path.ends_with(".yaml")) continue;
    const std::string shown = "schemas/" + path;
    const auto document = parse_yaml(text, shown);
    if (!document) {
      errors.push_back(document.error());
      continue;
    }
    auto file = decode<ComponentFile>(*document, "component");
    if (!file) {
      errors.push_back(file.error());
      continue;
    }
    if (file->kind != "core" && file->kind != "optional")
      errors.push_back(
          ask("kind is core or optional, not " + file->kind, document->where("kind"), {}, {"kind"}));
    Component component = meaning_of(std::move(*file), shown);
    for (Error& error : Checker(*document, component, catalogue.files_).run())
      errors.push_back(std::move(error));
    catalogue.components_.push_back(std::move(component));
  }
  std::sort(catalogue.components_.begin(), catalogue.components_.end(),
            [](const Component& a, const Component& b) { return a.name < b.name; });
  check_needs(catalogue, errors);
  for (Error& error : check_charmed(catalogue.components_)) errors.push_back(std::move(error));
  if (!errors.empty()) return all_of(std::move(errors));
  return catalogue;
}

Result<Catalogue> Catalogue::load_folder(const std::string& folder) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> files;
  std::error_code failed;
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (!at->is_regular_file()) continue;
    std::ifstream in(at->path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return ask("cannot read " + at->path().string(), folder);
    files[fs::relative(at->path(), folder).generic_string()] = text.str();
  }
  if (failed) return ask("cannot read the folder of components: " + failed.message(), folder);
  return from_files(std::move(files));
}

Result<Catalogue> Catalogue::load_embedded() {
  if (const char* folder = std::getenv("MICROSTACK_SCHEMAS"); folder != nullptr && *folder != '\0')
    return load_folder(folder);
  std::map<std::string, std::string> files;
  for (const EmbeddedFile& file : embedded_files()) files.emplace(file.path, file.text);
  return from_files(std::move(files));
}

const Component* Catalogue::find(std::string_view name) const {
  const auto at =
      std::lower_bound(components_.begin(), components_.end(), name,
                       [](const Component& c, std::string_view wanted) { return c.name < wanted; });
  return at != components_.end() && at->name == name ? &*at : nullptr;
}

Result<std::string> Catalogue::template_text(const std::string& name) const {
  const auto found = files_.find("templates/" + name);
  if (found == files_.end()) return give_up("there is no template " + name);
  return found->second;
}

std::vector<std::string> Catalogue::core() const {
  std::vector<std::string> names;
  for (const Component& component : components_)
    if (!component.optional) names.push_back(component.name);
  return names;
}

Result<std::vector<std::string>> Catalogue::closure(const std::vector<std::string>& names) const {
  std::vector<std::string> ordered;
  std::set<std::string> seen;
  const std::function<void(const Component&)> visit = [&](const Component& component) {
    if (!seen.insert(component.name).second) return;
    for (const std::string& need : component.needs) visit(*find(need));  // load checked that it is there
    ordered.push_back(component.name);
  };
  const std::set<std::string> sorted(names.begin(), names.end());
  for (const std::string& name : sorted) {
    const Component* component = find(name);
    if (component == nullptr) {
      std::string known;
      for (const Component& other : components_) known += (known.empty() ? "" : ", ") + other.name;
      return ask("there is no component " + name, {}, "one of " + known, {"components", name});
    }
    visit(*component);
  }
  return ordered;
}

int Catalogue::memory_mib(const std::vector<std::string>& names,
                          const std::vector<std::string>& roles) const {
  int sum = 0;
  for (const std::string& name : names)
    if (const Component* component = find(name); component != nullptr && runs_on(*component, roles))
      sum += component->memory_mib;
  return sum;
}

int Catalogue::disk_mib(const std::vector<std::string>& names, const std::vector<std::string>& roles) const {
  int sum = 0;
  for (const std::string& name : names)
    if (const Component* component = find(name); component != nullptr && runs_on(*component, roles))
      sum += component->disk_mib;
  return sum;
}

std::string Catalogue::version() const {
  std::string all;
  for (const auto& [path, text] : files_) all += path + '\0' + sha256_hex(text);
  return sha256_hex(all).substr(0, 16);
}

Result<Json> Catalogue::release(const std::string& name) const {
  const std::string path = "releases/" + name + ".yaml";
  const auto found = files_.find(path);
  if (found == files_.end()) {
    std::string known;
    for (const auto& [file, text] : files_)
      if (file.starts_with("releases/"))
        known += (known.empty() ? "" : ", ") + file.substr(9, file.size() - 14);
    return ask("release " + name + " is not known", {}, "one of " + known, {"release"});
  }
  MS_TRY(auto document, parse_yaml(found->second, "schemas/" + path));
  return std::move(document.value);
}

}  // namespace microstack
