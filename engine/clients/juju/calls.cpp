#include "engine/clients/juju/calls.h"

#include <algorithm>
#include <array>

namespace microstack::juju {

namespace {

struct Meaning {
  const char* code;
  ErrorKind kind;
  const char* fix;
};

// Juju's codes (rpc/params/apierror.go) by what a caller may do. No code at all is how many refusals come.
constexpr std::array meanings = {
    Meaning{"try again", ErrorKind::retry, ""},
    Meaning{"upgrade in progress", ErrorKind::retry, "wait for the upgrade of the controller to end"},
    Meaning{"model migration in progress", ErrorKind::retry, "wait for the migration of the model to end"},
    Meaning{"excessive contention", ErrorKind::retry, ""},
    Meaning{"retry", ErrorKind::retry, ""},
    Meaning{"unauthorized access", ErrorKind::ask,
            "log in (`juju login`), or have an administrator grant the right (`juju grant`)"},
    Meaning{"operation is blocked", ErrorKind::ask, "lift the block with `juju enable-command`"},
    Meaning{"quota limit exceeded", ErrorKind::ask, "raise the quota, or deploy less"},
    Meaning{"not implemented", ErrorKind::give_up, "use a controller of Juju 3.6 or 4.x"},
    Meaning{"not supported", ErrorKind::give_up, ""},
};

// Go's bulk items carry "error": {"message", "code"}, or nothing, or an empty object.
const Json* item_error(const Json& item) {
  if (!item.is_object()) return nullptr;
  auto error = item.find("error");
  if (error == item.end() || !error->is_object()) return nullptr;
  // Annotations wrap it once more.
  if (auto inner = error->find("error"); inner != error->end() && inner->is_object()) return &*inner;
  return error->contains("message") ? &*error : nullptr;
}

}  // namespace

Error api_error(const std::string& message, const std::string& code, const std::string& where) {
  Error error = ask(message.empty() ? "the controller refuses without a reason" : message, where);
  error.code = code;
  auto found =
      std::find_if(meanings.begin(), meanings.end(), [&](const Meaning& m) { return code == m.code; });
  if (found != meanings.end()) {
    error.kind = found->kind;
    error.fix = found->fix;
  }
  return error;
}

Error api_error(const Json& error, const std::string& where) {
  return api_error(text(error, "message"), text(error, "code"), where);
}

Result<std::vector<Json>> items(const Json& answer, const std::string& key,
                                const std::vector<std::string>& subjects, const std::string& where) {
  const Json& all = list(answer, key.c_str());
  std::vector<Error> failed;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (i >= all.size()) {
      failed.push_back(give_up("the controller's answer says nothing about " + subjects[i], where));
    } else if (const Json* error = item_error(all[i])) {
      failed.push_back(api_error(*error, subjects[i]));
    }
  }
  if (failed.empty()) return std::vector<Json>(all.begin(), all.begin() + static_cast<long>(subjects.size()));
  if (failed.size() == 1 && subjects.size() == 1) {
    failed.front().where = subjects.front().empty() ? where : where + " of " + subjects.front();
    return failed.front();
  }
  Error error{.what = std::to_string(failed.size()) + " of " + std::to_string(subjects.size()) + " failed",
              .where = where};
  for (auto& cause : failed) error = std::move(error).because(std::move(cause));
  return error;
}

Status all_items(const Json& answer, const std::string& key, const std::vector<std::string>& subjects,
                 const std::string& where) {
  MS_TRY([[maybe_unused]] auto checked, items(answer, key, subjects, where));
  return {};
}

std::string text(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  auto value = object.find(key);
  return value != object.end() && value->is_string() ? value->get<std::string>() : std::string();
}

std::int64_t number(const Json& object, const char* key, std::int64_t missing) {
  if (!object.is_object()) return missing;
  auto value = object.find(key);
  return value != object.end() && value->is_number() ? value->get<std::int64_t>() : missing;
}

bool truth(const Json& object, const char* key) {
  if (!object.is_object()) return false;
  auto value = object.find(key);
  return value != object.end() && value->is_boolean() && value->get<bool>();
}

const Json& list(const Json& object, const char* key) {
  static const Json empty = Json::array();
  if (!object.is_object()) return empty;
  auto value = object.find(key);
  return value != object.end() && value->is_array() ? *value : empty;
}

const Json& map(const Json& object, const char* key) {
  static const Json empty = Json::object();
  if (!object.is_object()) return empty;
  auto value = object.find(key);
  return value != object.end() && value->is_object() ? *value : empty;
}

std::string without_tag(const std::string& tag, const std::string& kind) {
  return tag.rfind(kind + "-", 0) == 0 ? tag.substr(kind.size() + 1) : tag;
}

}  // namespace microstack::juju
