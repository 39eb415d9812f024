// The JSON schemas of a controller's client facades, and what in a request or answer does not fit them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace microstack::testing {

class FacadeSchema {
 public:
  // A file of tests/data/juju: [{name, version, methods, definitions}].
  static FacadeSchema load(const std::string& path);

  bool knows(const std::string& facade) const { return facades_.count(facade) > 0; }
  bool knows(const std::string& facade, const std::string& method) const;
  int version(const std::string& facade) const { return facades_.at(facade).at("version").get<int>(); }
  std::vector<std::string> facades() const;

  // What does not fit, one line each. Go's habits are allowed: null for anything, base64 text for bytes,
  // flattened embedded structs, version numbers as text.
  std::vector<std::string> check_request(const std::string& facade, const std::string& method,
                                         const Json& params) const;
  std::vector<std::string> check_answer(const std::string& facade, const std::string& method,
                                        const Json& answer) const;

 private:
  std::map<std::string, Json> facades_;
};

}  // namespace microstack::testing
