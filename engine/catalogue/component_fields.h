// How a component is written in YAML: the list of keys, once, for the loader and for the editors' schema.
#pragma once

#include "engine/base/fields.h"
#include "engine/catalogue/component.h"

namespace microstack {

// The file as written; Component is what it means.
struct ComponentFile {
  struct Terraform {
    std::vector<Component::Attribute> attributes;
  };
  std::string name;
  std::string kind;  // core | optional
  std::string title;
  std::string description;
  std::vector<std::string> needs;
  std::vector<std::string> roles;
  int memory_mib = 0;
  int disk_mib = 0;
  std::optional<Component::Native> native;
  std::optional<Component::Charmed> juju;
  Terraform terraform;
};

#define MS_FIELD(name) field(#name, &Self::name)

template <>
struct Fields<Component::Directory> {
  using Self = Component::Directory;
  static constexpr auto list = fields(field("path", &Self::path, required), MS_FIELD(owner), MS_FIELD(group),
                                      MS_FIELD(mode), MS_FIELD(when));
};
MS_FIELDS_COMPLETE(Component::Directory);

template <>
struct Fields<Component::Certificate> {
  using Self = Component::Certificate;
  static constexpr auto list =
      fields(field("name", &Self::name, required), field("path", &Self::path, required),
             field("names", &Self::names, required), MS_FIELD(owner), MS_FIELD(group), MS_FIELD(restarts),
             MS_FIELD(reloads), MS_FIELD(when));
};
MS_FIELDS_COMPLETE(Component::Certificate);

template <>
struct Fields<Component::Traces> {
  using Self = Component::Traces;
  static constexpr auto list = fields(MS_FIELD(paths), MS_FIELD(units), MS_FIELD(mounts));
};
MS_FIELDS_COMPLETE(Component::Traces);

template <>
struct Fields<Component::KeyRepository> {
  using Self = Component::KeyRepository;
  static constexpr auto list = fields(field("path", &Self::path, required), MS_FIELD(owner), MS_FIELD(group),
                                      field("secret", &Self::secret, required));
};
MS_FIELDS_COMPLETE(Component::KeyRepository);

template <>
struct Fields<Component::OpenVSwitch> {
  using Self = Component::OpenVSwitch;
  static constexpr auto list =
      fields(MS_FIELD(external_ids), MS_FIELD(other_config), MS_FIELD(manager), MS_FIELD(when));
};
MS_FIELDS_COMPLETE(Component::OpenVSwitch);

template <>
struct Fields<Component::Account> {
  using Self = Component::Account;
  static constexpr auto list =
      fields(field("name", &Self::name, required), field("groups", &Self::groups, required));
};
MS_FIELDS_COMPLETE(Component::Account);

template <>
struct Fields<Component::File> {
  using Self = Component::File;
  static constexpr auto list = fields(field("path", &Self::path, required), MS_FIELD(content), MS_FIELD(text),
                                      MS_FIELD(with), MS_FIELD(owner), MS_FIELD(group), MS_FIELD(mode),
                                      MS_FIELD(secret), MS_FIELD(restarts), MS_FIELD(when));
};
MS_FIELDS_COMPLETE(Component::File);

template <>
struct Fields<Component::Database> {
  using Self = Component::Database;
  static constexpr auto list =
      fields(field("name", &Self::name, required), field("user", &Self::user, required));
};
MS_FIELDS_COMPLETE(Component::Database);

template <>
struct Fields<Component::Task> {
  using Self = Component::Task;
  static constexpr auto list = fields(
      field("id", &Self::id, required), field("title", &Self::title, required), MS_FIELD(run), MS_FIELD(user),
      field("stdin", &Self::stdin_text), MS_FIELD(unless), MS_FIELD(unless_sql), MS_FIELD(sql),
      MS_FIELD(undo), MS_FIELD(after), MS_FIELD(limit_s), MS_FIELD(prepare), MS_FIELD(when));
};
MS_FIELDS_COMPLETE(Component::Task);

template <>
struct Fields<Component::Unit> {
  using Self = Component::Unit;
  static constexpr auto list = fields(field("name", &Self::name, required), MS_FIELD(after), MS_FIELD(role),
                                      MS_FIELD(masked), MS_FIELD(reloads), MS_FIELD(when));
};
MS_FIELDS_COMPLETE(Component::Unit);

template <>
struct Fields<Component::Identity> {
  using Self = Component::Identity;
  static constexpr auto list = fields(field("user", &Self::user, required), MS_FIELD(roles),
                                      MS_FIELD(project), MS_FIELD(system_roles), MS_FIELD(secret));
};
MS_FIELDS_COMPLETE(Component::Identity);

template <>
struct Fields<Component::Endpoint> {
  using Self = Component::Endpoint;
  static constexpr auto list = fields(
      field("service", &Self::service, required), field("name", &Self::name, required),
      field("port", &Self::port, required), MS_FIELD(backend_port), MS_FIELD(path), MS_FIELD(catalogue));
};
MS_FIELDS_COMPLETE(Component::Endpoint);

template <>
struct Fields<Component::Health> {
  using Self = Component::Health;
  static constexpr auto list = fields(MS_FIELD(http), MS_FIELD(tcp), MS_FIELD(run), MS_FIELD(limit_s),
                                      field("title", &Self::title, required), MS_FIELD(when));
};
MS_FIELDS_COMPLETE(Component::Health);

template <>
struct Fields<Component::Native> {
  using Self = Component::Native;
  static constexpr auto list = fields(
      MS_FIELD(packages), MS_FIELD(role_packages), MS_FIELD(accounts), MS_FIELD(directories), MS_FIELD(files),
      MS_FIELD(certificates), MS_FIELD(key_repositories), MS_FIELD(traces), MS_FIELD(open_vswitch),
      MS_FIELD(databases), MS_FIELD(tasks), MS_FIELD(units), MS_FIELD(identity), MS_FIELD(endpoints),
      MS_FIELD(health), MS_FIELD(finally), MS_FIELD(joining), MS_FIELD(leaving));
};
MS_FIELDS_COMPLETE(Component::Native);

template <>
struct Fields<Component::Charmed::Application> {
  using Self = Component::Charmed::Application;
  static constexpr auto list =
      fields(field("name", &Self::name, required), field("charm", &Self::charm, required), MS_FIELD(trust),
             MS_FIELD(scale), MS_FIELD(config));
};
MS_FIELDS_COMPLETE(Component::Charmed::Application);

template <>
struct Fields<Component::Charmed::Offer> {
  using Self = Component::Charmed::Offer;
  static constexpr auto list = fields(field("application", &Self::application, required),
                                      field("endpoints", &Self::endpoints, required), MS_FIELD(name));
};
MS_FIELDS_COMPLETE(Component::Charmed::Offer);

template <>
struct Fields<Component::Charmed> {
  using Self = Component::Charmed;
  static constexpr auto list = fields(MS_FIELD(core), MS_FIELD(applications), MS_FIELD(integrations),
                                      MS_FIELD(offers), MS_FIELD(settings));
};
MS_FIELDS_COMPLETE(Component::Charmed);

template <>
struct Fields<Component::Attribute> {
  using Self = Component::Attribute;
  static constexpr auto list = fields(field("name", &Self::name, required), MS_FIELD(type),
                                      field("description", &Self::description, required),
                                      field("default", &Self::default_value), MS_FIELD(replace));
};
MS_FIELDS_COMPLETE(Component::Attribute);

template <>
struct Fields<ComponentFile::Terraform> {
  using Self = ComponentFile::Terraform;
  static constexpr auto list = fields(MS_FIELD(attributes));
};
MS_FIELDS_COMPLETE(ComponentFile::Terraform);

template <>
struct Fields<ComponentFile> {
  using Self = ComponentFile;
  static constexpr auto list =
      fields(field("name", &Self::name, required), field("kind", &Self::kind, required),
             field("title", &Self::title, required), MS_FIELD(description), MS_FIELD(needs), MS_FIELD(roles),
             MS_FIELD(memory_mib), MS_FIELD(disk_mib), MS_FIELD(native), MS_FIELD(juju), MS_FIELD(terraform));
};
MS_FIELDS_COMPLETE(ComponentFile);

#undef MS_FIELD

// The JSON schema of a component file (schemas/component.schema.json), from the same lists.
Json component_json_schema();

}  // namespace microstack
