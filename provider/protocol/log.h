// Log lines for Terraform: one hclog JSON object a line on stderr, shown under TF_LOG. Nothing is formatted
// when no level variable asks for it. Never log a value of an attribute, only types, paths, names, counts and
// durations: values hold secrets, and so there is no way here to log a DynamicValue, and
// TF_LOG_SDK_PROTO_DATA_DIR is not honoured.
#pragma once

#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace microstack::protocol {

enum class LogLevel { trace, debug, info, warn, error, off };

using LogField = std::pair<std::string_view, std::string>;

class Log {
 public:
  // Levels: `provider` for the provider's own lines, `sdk` for those about the protocol, written to
  // descriptor `to`.
  Log(LogLevel provider, LogLevel sdk, int to = 2) : provider_(provider), sdk_(sdk), to_(to) {}

  // The first that is set of TF_LOG_PROVIDER_<NAME>, TF_LOG_PROVIDER, TF_LOG; for the protocol's lines before
  // those TF_LOG_SDK_PROTO, TF_LOG_SDK. `name` is the provider's, as in terraform-provider-NAME.
  static Log from_environment(std::string_view name);

  Log(const Log& other) : provider_(other.provider_), sdk_(other.sdk_), to_(other.to_) {}

  // `module` is "provider", "provider.x" or "sdk.x". Text of any bytes: what is not UTF-8 is replaced.
  bool enabled(LogLevel level, std::string_view module = "provider") const;
  void write(LogLevel level, std::string_view module, std::string_view message,
             std::initializer_list<LogField> fields = {});

 private:
  LogLevel provider_, sdk_;
  int to_;
  std::mutex mutex_;
};

}  // namespace microstack::protocol
