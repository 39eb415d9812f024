// Secrets by name. On the control node they are drawn at first use and kept at /var/lib/microstack/secrets/NAME
// (0600, root); another node knows only those its profile brought. Plans hold names; a step asks when it works.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/secret.h"
#include "engine/host/host.h"

namespace microstack {

// Whether a person gives it (a key of somebody else's cloud), so that it is drawn nowhere: its name begins with given/.
bool is_given(const std::string& secret_name);

class Secrets {
 public:
  // `draws`: whether a missing one may be made here. `given`: values of the profile; they are kept like drawn ones.
  Secrets(Host& host, bool draws, std::map<std::string, std::string> given = {},
          std::string folder = "/var/lib/microstack/secrets");

  // Looks only: nullopt where it has not been drawn yet.
  Result<std::optional<Secret>> find(const std::string& name);
  // Finds or draws it (256 bits as 43 URL-safe characters, unless `draw` makes something else). An error of kind ask
  // where it may not be drawn here.
  using Draw = std::function<Result<Secret>()>;
  Result<Secret> need(const std::string& name, const Draw& draw = {});
  Result<bool> keeps(const std::string& name);  // whether it is on this node, whatever is being given
  Status forget(const std::string& name);       // on this node; succeeds when there is none
  const std::string& folder() const { return folder_; }

 private:
  std::string path(const std::string& name) const;

  Host& host_;
  bool draws_;
  std::map<std::string, std::string> given_;
  std::string folder_;
  std::mutex mutex_;
  std::map<std::string, Secret> known_;
};

// A text with names of secrets in it, as planning leaves it.
class MarkedText {
 public:
  MarkedText() = default;
  // A text in which mark(name) stands for each secret; one without marks is itself.
  MarkedText(std::string marked) : marked_(std::move(marked)) {}  // NOLINT: implicit on purpose
  MarkedText(const char* text) : marked_(text) {}                 // NOLINT
  static std::string mark(const std::string& name);

  std::vector<std::string> names() const;
  bool has_secrets() const { return !names().empty(); }
  bool empty() const { return marked_.empty(); }
  // With "{secret:NAME}" in place of each: for plans and golden files.
  std::string shown() const;
  // nullopt where one has not been drawn yet.
  Result<std::optional<std::string>> find(Secrets& secrets) const;
  Result<std::string> resolve(Secrets& secrets) const;  // draws what is missing
  const std::string& marked() const { return marked_; }

 private:
  std::string marked_;
};

}  // namespace microstack
