#include "engine/base/duration.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace microstack {

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  using std::chrono::milliseconds;
  const auto wrong = [&] {
    return ask(fmt::format("\"{}\" is no duration", text), {}, "write it like 90s, 10m, 1h30m or 250ms");
  };
  milliseconds sum{0};
  std::string_view rest = text;
  if (rest.empty()) return wrong();
  while (!rest.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{} || number < 0 || number > 1'000'000'000) return wrong();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const auto unit = rest.substr(0, std::min(rest.find_first_of("0123456789"), rest.size()));
    std::int64_t scale = 0;
    if (unit == "ms") scale = 1;
    if (unit == "s") scale = 1000;
    if (unit == "m") scale = 60'000;
    if (unit == "h") scale = 3'600'000;
    if (scale == 0) return wrong();
    sum += milliseconds(number * scale);
    rest.remove_prefix(unit.size());
  }
  return sum;
}

std::string duration_text(double seconds) {
  if (seconds < 0) return "unknown";
  if (seconds < 9.95) return fmt::format("{:.1f}s", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
}

}  // namespace microstack
