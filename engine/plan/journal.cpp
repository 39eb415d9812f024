#include "engine/plan/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <mutex>

#include "engine/base/file.h"
#include "engine/base/json.h"

namespace microstack {

struct Journal::State {
  std::string path;
  int fd = -1;
  mutable std::mutex mutex;
  std::map<std::string, double> seconds;

  ~State() {
    if (fd >= 0) ::close(fd);
  }

  void learn(const Json& entry) {
    if (!entry.is_object() || !entry.contains("seconds") || entry.contains("error")) return;
    const auto step = entry.find("step");
    const auto& value = entry["seconds"];
    if (step != entry.end() && step->is_string() && value.is_number()) seconds[*step] = value.get<double>();
  }

  // One write per line: what another process or a crash leaves is whole lines and at most one cut one. That a
  // line could not be written is no reason to stop: the journal is a hint.
  void append(const Json& entry) {
    const std::lock_guard lock(mutex);
    learn(entry);
    const auto line = entry.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    [[maybe_unused]] const auto written = ::write(fd, line.data(), line.size());
  }
};

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<Journal> Journal::open(const std::string& path, std::size_t keep) {
  MS_TRY(auto text, read_file(path));
  auto state = std::make_unique<State>();
  state->path = path;
  std::deque<std::string> lines;
  std::string all = text.value_or("");
  bool whole = true;
  for (std::size_t at = 0; at < all.size();) {
    const auto end = all.find('\n', at);
    if (end == std::string::npos) {
      whole = false;  // cut off by a crash: the next line must not be glued to it
      break;
    }
    lines.push_back(all.substr(at, end - at));
    state->learn(Json::parse(lines.back(), nullptr, false));
    at = end + 1;
  }
  if (!whole || lines.size() > keep || !text) {
    while (lines.size() > keep) lines.pop_front();
    std::string kept;
    for (const auto& line : lines) kept += line + "\n";
    MS_CHECK(write_file(path, kept, 0600));
  }
  state->fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (state->fd < 0) return give_up("cannot open the journal to append to it", path);
  return Journal(std::move(state));
}

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

void Journal::begin(const std::string& run, const std::string& step) {
  state_->append({{"t", now()}, {"run", run}, {"step", step}, {"begin", true}});
}

void Journal::end(const std::string& run, const std::string& step, double seconds, const std::string& error) {
  Json entry{{"t", now()}, {"run", run}, {"step", step}, {"seconds", seconds}};
  if (!error.empty()) entry["error"] = error;
  state_->append(entry);
}

double Journal::last_seconds(const std::string& step) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->seconds.find(step);
  return found == state_->seconds.end() ? -1 : found->second;
}

}  // namespace microstack
