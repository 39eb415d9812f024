// YAML and JSON texts as Json values that still know the line each of their parts came from.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace microstack {

struct Document {
  Json value;
  std::string file;                  // as given by the caller; empty: not from a file
  std::map<std::string, int> lines;  // path -> line, both from 1; "" is the root

  // Line of a path ("native.units[2].name"), else of the nearest part around it that has one; 0 when none is
  // known.
  int line(const std::string& path) const;
  // "file:line" or "file" or "", for Error::where.
  std::string where(const std::string& path) const;
};

// YAML 1.2 core: unquoted true/false, null/~, decimal and 0x integers and floats get types, everything else
// is text ("no", "0644" and "1:30" stay text; octal is written "0o644" nowhere here). Anchors and merge keys
// (<<) work. Errors: syntax, a key twice, a key that is not a scalar; each with file:line.
Result<Document> parse_yaml(const std::string& text, const std::string& file_name);

// Strict JSON, without lines; errors carry file:line.
Result<Document> parse_json(const std::string& text, const std::string& file_name);

// One YAML document of a value, for people: block style, keys in Json's order.
std::string to_yaml(const Json& value);

// How paths are written: a["native"]["units"][2] is native.units[2]; a key with other characters is quoted:
// files."/etc/x".
std::string join_path(const std::string& path, const std::string& key);
std::string join_path(const std::string& path, std::size_t index);
// The parts an Error carries in `attribute`: native, units, 2, name.
std::vector<std::string> path_parts(const std::string& path);

}  // namespace microstack
