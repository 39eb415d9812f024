#include "engine/host/host.h"

#include <fmt/format.h>

namespace microstack {

namespace {

std::string last_lines(std::string text, std::size_t limit) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (text.size() <= limit) return text;
  const auto line = text.find('\n', text.size() - limit);
  return text.substr(line == std::string::npos ? text.size() - limit : line + 1);
}

}  // namespace

Result<std::string> run_ok(Host& host, const Command& command, std::stop_token stop) {
  MS_TRY(auto result, host.run(command, std::move(stop)));
  if (result.ok()) return std::move(result.out);
  const auto& program = command.argv.empty() ? std::string("command") : command.argv.front();
  auto said = last_lines(result.err.empty() ? result.out : result.err, 1500);
  auto error = give_up(fmt::format("{} ended with exit code {}", program, result.exit_code), host.name());
  if (!said.empty()) error.causes.push_back(give_up(std::move(said)));
  return error;
}

}  // namespace microstack
