// All components and their templates. They are data (schemas/), compiled into the program, read strictly: an unknown
// key, a missing template, a need that does not exist is an error with file and line.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/catalogue/component.h"

namespace microstack {

class Catalogue {
 public:
  // The files compiled in; the folder named by MICROSTACK_SCHEMAS instead where it is set (for authors of components).
  static Result<Catalogue> load_embedded();
  // components/*.yaml, templates/** and releases/*.yaml of a folder.
  static Result<Catalogue> load_folder(const std::string& folder);
  // Path below schemas/ -> text.
  static Result<Catalogue> from_files(std::map<std::string, std::string> files);

  const std::vector<Component>& components() const { return components_; }  // by name
  const Component* find(std::string_view name) const;
  Result<std::string> template_text(const std::string& name) const;  // "nova/nova.conf"
  std::vector<std::string> core() const;  // names of the components that are not optional
  // `names` and all they need, each after its needs, otherwise by name; unknown names are an error that lists the known.
  Result<std::vector<std::string>> closure(const std::vector<std::string>& names) const;
  // Of these components on a node with these roles.
  int memory_mib(const std::vector<std::string>& names, const std::vector<std::string>& roles) const;
  int disk_mib(const std::vector<std::string>& names, const std::vector<std::string>& roles) const;
  // Hash of everything in it: "catalogue version" of a deployment.
  std::string version() const;
  // Packages' repositories and the like of a release: schemas/releases/NAME.yaml.
  Result<Json> release(const std::string& name) const;

 private:
  std::map<std::string, std::string> files_;
  std::vector<Component> components_;
};

// Does a node with these roles run it? A component without roles runs wherever it is asked for.
bool runs_on(const Component& component, const std::vector<std::string>& roles);

}  // namespace microstack
