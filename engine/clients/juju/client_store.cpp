#include "engine/clients/juju/client_store.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "engine/base/json.h"

namespace microstack::juju {

namespace fs = std::filesystem;

namespace {

constexpr auto lock_limit = std::chrono::seconds{5};  // as long as the command line waits

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// The command line's lock: flock on a file in the temporary directory whose name has the first eight hex
// digits of the SHA-256 of the path of controllers.yaml, as hex again.
std::string lock_path(const std::string& directory) {
  auto path = directory + "/controllers.yaml";
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(path.data()), path.size(), digest);
  static const char* hex = "0123456789abcdef";
  std::string first, name;
  for (int i = 0; i < 4; ++i) first += {hex[digest[i] >> 4], hex[digest[i] & 15]};
  for (unsigned char c : first) name += {hex[c >> 4], hex[c & 15]};
  return fs::temp_directory_path() / ("juju-store-lock-" + name);
}

class Lock {
 public:
  static Result<Lock> take(const std::string& directory) {
    auto path = lock_path(directory);
    int file = ::open(path.c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0600);
    if (file < 0)
      return ask(std::string("cannot open the lock of the juju client: ") + std::strerror(errno), path);
    Lock lock(file);
    auto until = std::chrono::steady_clock::now() + lock_limit;
    while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      if (std::chrono::steady_clock::now() > until) {
        return retry("another juju command holds the lock of the client store", path,
                     "wait until it has ended");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    return lock;
  }
  Lock(Lock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  Lock& operator=(Lock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~Lock() {
    if (file_ >= 0) ::close(file_);
  }

 private:
  explicit Lock(int file) : file_(file) {}
  int file_;
};

Result<YAML::Node> read_yaml(const std::string& path) {
  std::error_code none;
  if (!fs::exists(path, none)) return YAML::Node(YAML::NodeType::Map);
  try {
    auto node = YAML::LoadFile(path);
    return node.IsMap() ? node : YAML::Node(YAML::NodeType::Map);
  } catch (const std::exception& error) {
    return ask(std::string("cannot read the file: ") + error.what(), path, "repair it, or log in again");
  }
}

Status write_yaml(const std::string& path, const YAML::Node& node) {
  YAML::Emitter emitter;
  emitter << node;
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  auto temporary = path + ".new";
  int file = ::open(temporary.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return ask(std::string("cannot write the file: ") + std::strerror(errno), temporary);
  std::string text = std::string(emitter.c_str()) + "\n";
  bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) {
    return ask(std::string("cannot write the file: ") + std::strerror(errno), path);
  }
  return {};
}

std::string text_of(const YAML::Node& node, const char* key) {
  auto value = node[key];
  return value && value.IsScalar() ? value.as<std::string>() : std::string();
}

StoredController read_controller(const YAML::Node& node) {
  StoredController out{text_of(node, "uuid")};
  for (const auto& address : node["api-endpoints"]) out.addresses.push_back(address.as<std::string>());
  out.public_host = text_of(node, "public-hostname");
  out.ca_pem = text_of(node, "ca-cert");
  out.cloud = text_of(node, "cloud");
  out.region = text_of(node, "region");
  out.type = text_of(node, "type");
  out.agent_version = text_of(node, "agent-version");
  if (auto proxy = node["proxy-config"]; proxy && proxy.IsMap()) {
    auto config = proxy["config"];
    out.proxy = ControllerProxy{text_of(proxy, "type")};
    if (config && config.IsMap()) {
      out.proxy->api_host = text_of(config, "api-host");
      out.proxy->ca_pem = text_of(config, "ca-cert");
      out.proxy->namespace_name = text_of(config, "namespace");
      out.proxy->service = text_of(config, "service");
      out.proxy->remote_port = text_of(config, "remote-port");
      out.proxy->service_account_token = Secret(text_of(config, "service-account-token"));
    }
  }
  return out;
}

// The command line's cookie jar: a JSON list.
std::vector<Cookie> read_cookies(const std::string& path) {
  std::vector<Cookie> cookies;
  std::ifstream file(path);
  auto all = Json::parse(file, nullptr, false);
  if (!all.is_array()) return cookies;
  for (const auto& item : all) {
    if (!item.is_object()) continue;
    cookies.push_back({item.value("Name", ""), item.value("Domain", ""), item.value("Path", ""),
                       Secret(item.value("Value", ""))});
  }
  return cookies;
}

}  // namespace

ModelName read_model_name(const std::string& text) {
  ModelName name;
  auto rest = text;
  if (auto colon = rest.find(':'); colon != std::string::npos) {
    name.controller = rest.substr(0, colon);
    rest = rest.substr(colon + 1);
  }
  if (auto slash = rest.find('/'); slash != std::string::npos) {
    name.owner = rest.substr(0, slash);
    rest = rest.substr(slash + 1);
  }
  name.model = rest;
  return name;
}

Result<ClientStore> ClientStore::from_environment() {
  if (auto data = environment("JUJU_DATA"); !data.empty()) return ClientStore(data);
  if (auto data = environment("XDG_DATA_HOME"); !data.empty()) return ClientStore(data + "/juju");
  auto home = environment("HOME");
  if (home.empty())
    return ask("neither JUJU_DATA nor HOME is set", {}, "set JUJU_DATA to the directory of the juju client");
  return ClientStore(home + "/.local/share/juju");
}

Result<std::map<std::string, StoredController>> ClientStore::controllers() const {
  MS_TRY(auto file, read_yaml(directory_ + "/controllers.yaml"));
  std::map<std::string, StoredController> found;
  for (const auto& entry : file["controllers"])
    found[entry.first.as<std::string>()] = read_controller(entry.second);
  return found;
}

Result<std::optional<std::string>> ClientStore::current_controller() const {
  MS_TRY(auto file, read_yaml(directory_ + "/controllers.yaml"));
  auto name = text_of(file, "current-controller");
  return name.empty() ? std::optional<std::string>() : std::optional(name);
}

Result<std::map<std::string, StoredModel>> ClientStore::models(const std::string& controller) const {
  MS_TRY(auto file, read_yaml(directory_ + "/models.yaml"));
  std::map<std::string, StoredModel> found;
  auto all = file["controllers"];
  if (!all || !all[controller]) return found;
  for (const auto& entry : all[controller]["models"]) {
    found[entry.first.as<std::string>()] = {text_of(entry.second, "uuid"), text_of(entry.second, "type")};
  }
  return found;
}

Result<std::optional<std::string>> ClientStore::current_model(const std::string& controller) const {
  MS_TRY(auto file, read_yaml(directory_ + "/models.yaml"));
  auto all = file["controllers"];
  auto name = all && all[controller] ? text_of(all[controller], "current-model") : std::string();
  return name.empty() ? std::optional<std::string>() : std::optional(name);
}

Result<Access> ClientStore::access(const std::string& wanted) const {
  auto name = wanted;
  if (name.empty()) name = environment("JUJU_CONTROLLER");
  if (name.empty()) name = read_model_name(environment("JUJU_MODEL")).controller;
  if (name.empty()) {
    MS_TRY(auto current, current_controller());
    if (!current)
      return ask("no Juju controller is chosen", directory_,
                 "run `juju bootstrap`, `juju register` or `juju switch`");
    name = *current;
  }
  MS_TRY(auto known, controllers());
  auto found = known.find(name);
  if (found == known.end()) {
    std::string names;
    for (const auto& [other, ignored] : known) names += (names.empty() ? "" : ", ") + other;
    return ask("there is no Juju controller " + name + (names.empty() ? "" : "; there are " + names),
               directory_, "check the name, or run `juju register`");
  }
  MS_TRY(auto accounts, read_yaml(directory_ + "/accounts.yaml"));
  auto account = accounts["controllers"] ? accounts["controllers"][name] : YAML::Node();
  if (!account || text_of(account, "user").empty()) {
    return ask("not logged in to the Juju controller " + name, directory_,
               "run `juju login -c " + name + "`");
  }
  Access access;
  access.controller = name;
  access.controller_uuid = found->second.uuid;
  access.addresses = found->second.addresses;
  access.ca_pem = found->second.ca_pem;
  if (!found->second.public_host.empty()) {
    access.addresses = {found->second.public_host.find(':') == std::string::npos
                            ? found->second.public_host + ":443"
                            : found->second.public_host};
    access.server_name = found->second.public_host.substr(0, found->second.public_host.rfind(':'));
    access.ca_pem.clear();
  }
  access.user = text_of(account, "user");
  access.password = Secret(text_of(account, "password"));
  access.cookies = read_cookies(directory_ + "/cookies/" + name + ".json");
  return access;
}

Status ClientStore::put_controller(const std::string& name, const StoredController& controller,
                                   const std::string& user, const Secret& password) const {
  MS_TRY(auto lock, Lock::take(directory_));
  MS_TRY(auto file, read_yaml(directory_ + "/controllers.yaml"));
  auto node = file["controllers"][name];
  node["uuid"] = controller.uuid;
  YAML::Node addresses(YAML::NodeType::Sequence);
  for (const auto& address : controller.addresses) addresses.push_back(address);
  addresses.SetStyle(YAML::EmitterStyle::Flow);
  node["api-endpoints"] = addresses;
  node["ca-cert"] = controller.ca_pem;
  node["cloud"] = controller.cloud;
  if (!controller.region.empty()) node["region"] = controller.region;
  if (!controller.type.empty()) node["type"] = controller.type;
  if (!controller.public_host.empty()) node["public-hostname"] = controller.public_host;
  if (!controller.agent_version.empty()) node["agent-version"] = controller.agent_version;
  for (const char* count : {"controller-machine-count", "active-controller-machine-count"}) {
    if (!node[count]) node[count] = 0;
  }
  if (text_of(file, "current-controller").empty()) file["current-controller"] = name;

  MS_TRY(auto accounts, read_yaml(directory_ + "/accounts.yaml"));
  auto account = accounts["controllers"][name];
  account["type"] = "userpass";
  account["user"] = user;
  if (password.empty()) {
    account.remove("password");
  } else {
    account["password"] = password.reveal();
  }
  // The account first: a controller without one is of no use to the command line.
  MS_CHECK(write_yaml(directory_ + "/accounts.yaml", accounts));
  return write_yaml(directory_ + "/controllers.yaml", file);
}

Status ClientStore::put_model(const std::string& controller, const std::string& owner_and_name,
                              const StoredModel& model, bool make_current) const {
  MS_TRY(auto lock, Lock::take(directory_));
  MS_TRY(auto file, read_yaml(directory_ + "/models.yaml"));
  auto entry = file["controllers"][controller];
  auto node = entry["models"][owner_and_name];
  node["uuid"] = model.uuid;
  if (!model.type.empty()) node["type"] = model.type;
  auto current = text_of(entry, "current-model");
  if (make_current && current != owner_and_name) {
    if (!current.empty()) entry["previous-model"] = current;
    entry["current-model"] = owner_and_name;
  }
  return write_yaml(directory_ + "/models.yaml", file);
}

Status ClientStore::remove_model(const std::string& controller, const std::string& uuid) const {
  MS_TRY(auto lock, Lock::take(directory_));
  MS_TRY(auto file, read_yaml(directory_ + "/models.yaml"));
  if (!file["controllers"] || !file["controllers"][controller]) return {};
  auto entry = file["controllers"][controller];
  std::vector<std::string> names;
  for (const auto& model : entry["models"]) {
    if (text_of(model.second, "uuid") == uuid) names.push_back(model.first.as<std::string>());
  }
  for (const auto& name : names) {
    entry["models"].remove(name);
    for (const char* key : {"current-model", "previous-model"}) {
      if (text_of(entry, key) == name) entry.remove(key);
    }
  }
  return names.empty() ? Status{} : write_yaml(directory_ + "/models.yaml", file);
}

Status ClientStore::remove_controller(const std::string& name) const {
  MS_TRY(auto lock, Lock::take(directory_));
  // The controller itself goes last: what a crash leaves is found by its name and removed again.
  for (const char* base : {"models.yaml", "accounts.yaml", "bootstrap-config.yaml", "controllers.yaml"}) {
    auto path = directory_ + "/" + base;
    MS_TRY(auto file, read_yaml(path));
    if (!file["controllers"] || !file["controllers"][name]) continue;
    file["controllers"].remove(name);
    for (const char* key : {"current-controller", "previous-controller"}) {
      if (text_of(file, key) == name) file.remove(key);
    }
    MS_CHECK(write_yaml(path, file));
  }
  std::error_code none;
  fs::remove(directory_ + "/cookies/" + name + ".json", none);
  return {};
}

}  // namespace microstack::juju
