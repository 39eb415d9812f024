#include "engine/base/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace microstack {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

std::string named(const std::string& path) {
  return path.empty() ? "the whole" : path;
}

}  // namespace

std::optional<std::string> did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  std::optional<std::string> nearest;
  std::size_t limit = std::min(word.size(), std::max<std::size_t>(2, word.size() / 3) + 1);
  for (const auto candidate : known)
    if (const auto distance = edit_distance(word, candidate); distance < limit) {
      limit = distance;
      nearest = std::string(candidate);
    }
  return nearest;
}

namespace fields_detail {

void Decoder::wrong(const std::string& path, const char* wanted, const Json& found) {
  // Values are not shown (one may be a secret) but for numbers, where the fix is a pair of quotes.
  std::string what = fmt::format("{} must be {}, not {}", named(path), wanted, found.type_name());
  std::string fix;
  if (std::string_view(wanted) == "text" && found.is_number())
    fix = fmt::format("write it in quotes: \"{}\"", found.dump());
  errors_.push_back(ask(std::move(what), document_.where(path), std::move(fix), path_parts(path)));
}

void Decoder::missing(const std::string& path, const char* name) {
  const auto wanted = join_path(path, name);
  errors_.push_back(ask(fmt::format("{} is missing", wanted), document_.where(path), {}, path_parts(wanted)));
}

void Decoder::unknown_keys(const Json& json, const std::vector<std::string_view>& known,
                           const std::string& path) {
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const auto inner = join_path(path, key);
    const auto near = did_you_mean(key, known);
    errors_.push_back(ask(fmt::format("{} is not a known key", inner), document_.where(inner),
                          near ? fmt::format("did you mean \"{}\"?", *near)
                               : fmt::format("known here: {}", fmt::join(known, ", ")),
                          path_parts(inner)));
  }
}

Status Decoder::finish(const std::string& what) && {
  if (errors_.empty()) return {};
  Error error = ask(fmt::format("the {} is not right", what), document_.file);
  error.attribute = errors_.front().attribute;
  error.causes = std::move(errors_);
  return error;
}

}  // namespace fields_detail

}  // namespace microstack
