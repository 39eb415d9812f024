#include "provider/protocol/log.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace microstack::protocol {
namespace {

// Terraform cuts longer lines into pieces and then no longer knows them as JSON.
constexpr size_t longest_text = 8 * 1024;

constexpr std::string_view names[] = {"trace", "debug", "info", "warn", "error"};

// TF_LOG=JSON means trace, and so does, for Terraform, a level it does not know.
LogLevel level_of(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  if (text == "off") return LogLevel::off;
  auto found = std::find(std::begin(names), std::end(names), text);
  return found == std::end(names) ? LogLevel::trace : static_cast<LogLevel>(found - std::begin(names));
}

LogLevel first_of(std::initializer_list<std::string> variables) {
  for (const auto& variable : variables) {
    const char* value = std::getenv(variable.c_str());
    if (value && *value) return level_of(value);
  }
  return LogLevel::off;
}

// Terraform parses exactly six digits after the second.
std::string timestamp() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  std::time_t seconds = microseconds / 1000000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:06}Z", date, microseconds % 1000000);
}

std::string cut(std::string_view text) {
  if (text.size() <= longest_text) return std::string(text);
  return std::string(text.substr(0, longest_text)) + "... (cut)";
}

}  // namespace

Log Log::from_environment(std::string_view name) {
  std::string own = "TF_LOG_PROVIDER_";
  for (unsigned char c : name) own += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return Log(first_of({own, "TF_LOG_PROVIDER", "TF_LOG"}),
             first_of({"TF_LOG_SDK_PROTO", "TF_LOG_SDK", own, "TF_LOG_PROVIDER", "TF_LOG"}));
}

bool Log::enabled(LogLevel level, std::string_view module) const {
  return level >= (module.starts_with("sdk") ? sdk_ : provider_);
}

void Log::write(LogLevel level, std::string_view module, std::string_view message,
                std::initializer_list<LogField> fields) {
  if (level == LogLevel::off || !enabled(level, module)) return;
  nlohmann::ordered_json line = {{"@level", names[static_cast<size_t>(level)]},
                                 {"@message", cut(message)},
                                 {"@timestamp", timestamp()},
                                 {"@module", module}};
  for (const auto& [key, value] : fields) line[std::string(key)] = cut(value);
  std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";

  std::scoped_lock lock(mutex_);
  for (std::string_view rest = text; !rest.empty();) {
    ssize_t written = ::write(to_, rest.data(), rest.size());
    if (written <= 0) return;  // nobody reads any more: a log line is not worth an error
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace microstack::protocol
