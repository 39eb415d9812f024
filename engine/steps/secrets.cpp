#include "engine/steps/secrets.h"

#include <set>

namespace microstack {
namespace {

// Marks are built from two control characters that no configuration text may hold.
constexpr char opening = '\x02';
constexpr char closing = '\x03';

// Calls `take(name)` for each mark and puts what it returns in its place; stops at the first error.
template <class Take>
Result<std::string> replace_marks(const std::string& text, Take take) {
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = text.find(opening, at);
    if (open == std::string::npos) return out + text.substr(at);
    const std::size_t close = text.find(closing, open);
    if (close == std::string::npos) return give_up("a secret's mark is not closed");
    out += text.substr(at, open - at);
    MS_TRY(const std::string value, take(text.substr(open + 1, close - open - 1)));
    out += value;
    at = close + 1;
  }
}

}  // namespace

bool is_given(const std::string& secret_name) {
  return secret_name.starts_with("given/");
}

Secrets::Secrets(Host& host, bool draws, std::map<std::string, std::string> given, std::string folder)
    : host_(host), draws_(draws), given_(std::move(given)), folder_(std::move(folder)) {}

std::string Secrets::path(const std::string& name) const {
  return folder_ + "/" + name;
}

Result<std::optional<Secret>> Secrets::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto known = known_.find(name); known != known_.end()) return std::optional(known->second);
  if (const auto given = given_.find(name); given != given_.end())
    return std::optional(Secret(given->second));
  MS_TRY(const auto content, host_.read(path(name)));
  if (!content) return std::optional<Secret>();
  return std::optional(known_.emplace(name, Secret(content->bytes)).first->second);
}

Result<Secret> Secrets::need(const std::string& name, const Draw& draw) {
  MS_TRY(const auto found, find(name));
  const std::lock_guard lock(mutex_);
  if (const auto known = known_.find(name); known != known_.end()) return known->second;
  if (!found && is_given(name))
    return ask(
        "nobody has given the secret " + name, host_.name(),
        "it is not drawn: give it by the attribute that is for it (compute.ceph_key), or, by hand, among "
        "the profile's secrets",
        {"secrets", name});
  if (!found && !draws_)
    return ask("this node was not given the secret " + name, host_.name(),
               "hand it over in the profile's secrets, or install the control node first", {"secrets", name});
  Secret secret;
  if (found) {
    secret = *found;
  } else if (draw) {
    MS_TRY(secret, draw());
  } else {
    secret = random_secret(32);
  }
  MS_CHECK(host_.write(path(name), FileContent{secret.reveal(), 0600, "root", "root"}));
  known_.emplace(name, secret);
  return secret;
}

Result<bool> Secrets::keeps(const std::string& name) {
  MS_TRY(const auto content, host_.read(path(name)));
  return content.has_value();
}

Status Secrets::forget(const std::string& name) {
  const std::lock_guard lock(mutex_);
  known_.erase(name);
  return host_.remove(path(name));
}

std::string MarkedText::mark(const std::string& name) {
  return opening + name + closing;
}

std::vector<std::string> MarkedText::names() const {
  std::set<std::string> names;
  (void)replace_marks(marked_, [&](const std::string& name) -> Result<std::string> {
    names.insert(name);
    return std::string();
  });
  return {names.begin(), names.end()};
}

std::string MarkedText::shown() const {
  return replace_marks(marked_,
                       [](const std::string& name) -> Result<std::string> { return "{secret:" + name + "}"; })
      .value_or("{a broken mark}");
}

Result<std::optional<std::string>> MarkedText::find(Secrets& secrets) const {
  for (const std::string& name : names()) {
    MS_TRY(const auto secret, secrets.find(name));
    if (!secret) return std::optional<std::string>();
  }
  MS_TRY(std::string text, resolve(secrets));
  return std::optional(std::move(text));
}

Result<std::string> MarkedText::resolve(Secrets& secrets) const {
  return replace_marks(marked_, [&](const std::string& name) -> Result<std::string> {
    MS_TRY(const Secret secret, secrets.need(name));
    return secret.reveal();
  });
}

}  // namespace microstack
