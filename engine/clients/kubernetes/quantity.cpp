#include "engine/clients/kubernetes/quantity.h"

#include <fmt/format.h>

#include <cstdlib>
#include <map>

namespace microstack::kubernetes {

std::optional<double> quantity(const std::string& text) {
  static const std::map<std::string, double> scales = {{"n", 1e-9},
                                                       {"u", 1e-6},
                                                       {"m", 1e-3},
                                                       {"", 1},
                                                       {"k", 1e3},
                                                       {"M", 1e6},
                                                       {"G", 1e9},
                                                       {"T", 1e12},
                                                       {"P", 1e15},
                                                       {"E", 1e18},
                                                       {"Ki", 1024.0},
                                                       {"Mi", 1048576.0},
                                                       {"Gi", 1073741824.0},
                                                       {"Ti", 1099511627776.0},
                                                       {"Pi", 1125899906842624.0},
                                                       {"Ei", 1152921504606846976.0}};
  if (text.empty()) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return std::nullopt;
  const auto scale = scales.find(end);
  if (scale == scales.end()) return std::nullopt;
  return number * scale->second;
}

std::string bytes_text(double bytes) {
  const double mebibytes = bytes / 1048576.0;
  return mebibytes < 1024 ? fmt::format("{:.0f} MiB", mebibytes)
                          : fmt::format("{:.1f} GiB", mebibytes / 1024);
}

std::string cores_text(double cores) {
  return fmt::format("{:.3g} {}", cores, cores == 1 ? "core" : "cores");
}

}  // namespace microstack::kubernetes
