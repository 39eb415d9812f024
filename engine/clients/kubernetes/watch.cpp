#include "engine/clients/kubernetes/watch.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "engine/base/duration.h"

namespace microstack::kubernetes {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

class Watch {
 public:
  Watch(Cluster& cluster, const std::string& path, const Selection& selection, const WatchLimits& limits,
        const std::function<bool(const Change&)>& on_change)
      : cluster_(cluster), path_(path), selection_(selection), limits_(limits), on_change_(on_change) {}

  Status run(const std::string& for_what) {
    std::optional<Error> last;
    auto pause = limits_.pause;
    while (!done_) {
      if (limits_.stop.stop_requested()) return retry("stopped while waiting for " + for_what, where());
      if (left() <= milliseconds{0}) {
        Error error = retry(
            "no " + for_what + " within " + duration_text(static_cast<double>(limits_.limit.count()) / 1000),
            where());
        if (last) error.causes.push_back(std::move(*last));
        return error;
      }
      const auto before = version_;
      auto once = version_.empty() ? list() : follow();
      if (done_) break;
      if (once) {
        last.reset();
        if (!version_.empty() && version_ != before) {  // something came: the connection was good
          pause = limits_.pause;
          continue;
        }
      } else if (once.error().kind != ErrorKind::retry) {
        return doing("waiting for " + for_what, std::move(once).error());
      } else if (left() > milliseconds{0}) {
        last = std::move(once).error();
      }
      sleep(std::min(pause, left()));
      pause = std::min(pause * 2, milliseconds{8'000});
    }
    return {};
  }

 private:
  std::string where() const { return cluster_.access().server + path_; }
  milliseconds left() const { return std::chrono::duration_cast<milliseconds>(end_ - Steady::now()); }

  void sleep(milliseconds time) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, limits_.stop, time, [] { return false; });
  }

  void tell(Change::Kind kind, const Json& object) {
    if (!done_) done_ = !on_change_({kind, object});
  }

  static std::string key(const Json& object) {
    return text_at(object, "/metadata/namespace") + "/" + text_at(object, "/metadata/name");
  }

  // The objects that are there, told as the difference to those that were told.
  Status list() {
    MS_TRY(auto all, cluster_.list(path_, selection_, limits_.stop));
    std::map<std::string, Json> gone = std::move(told_);
    told_.clear();
    for (auto& object : all.items) {
      const auto name = key(object);
      const auto old = gone.find(name);
      const bool same_one =
          old != gone.end() && text_at(old->second, "/metadata/uid") == text_at(object, "/metadata/uid");
      if (old != gone.end() && !same_one) tell(Change::Kind::removed, old->second);
      if (!same_one)
        tell(Change::Kind::added, object);
      else if (text_at(old->second, "/metadata/resourceVersion") !=
               text_at(object, "/metadata/resourceVersion"))
        tell(Change::Kind::modified, object);
      if (old != gone.end()) gone.erase(old);
      told_[name] = std::move(object);
    }
    for (const auto& [name, object] : gone) tell(Change::Kind::removed, object);
    version_ = all.version;
    return {};
  }

  // One connection, to its end.
  Status follow() {
    const auto seconds = std::max<std::int64_t>(
        1, std::min<std::int64_t>(limits_.of_connection.count(), left().count() / 1000));
    http::Request request;
    request.url = path_ + (path_.find('?') == path_.npos ? "?" : "&") +
                  "watch=true&allowWatchBookmarks=true&resourceVersion=" + version_ +
                  "&timeoutSeconds=" + std::to_string(seconds) + query_of(selection_);
    request.headers = {{"Accept", "application/json"}};
    request.limit = std::min(left() + milliseconds{500}, milliseconds{(seconds + 10) * 1000});
    request.idempotent = false;  // repeated here, from where it ended
    std::string line;
    std::optional<Error> refused;
    request.on_data = [&](std::string_view bytes) {
      for (const char c : bytes) {
        if (c != '\n') {
          line += c;
          continue;
        }
        if (auto seen = event(line); !seen) refused = std::move(seen).error();
        line.clear();
        if (done_ || refused) return false;
      }
      return true;
    };
    auto answer = cluster_.call(request, limits_.stop);
    if (done_) return {};
    if (answer && !answer->ok()) refused = refusal(request, *answer);
    if (refused && (refused->has_code("Expired") || refused->has_code("Gone"))) {
      version_.clear();
      return {};
    }
    if (refused) return std::move(*refused);
    if (!answer) return std::move(answer).error();
    return {};
  }

  Status event(const std::string& line) {
    const auto event = Json::parse(line, nullptr, false);
    if (!event.is_object()) return retry("the watch's answer is not JSON", where());
    const auto type = text_at(event, "/type");
    const Json& object = part_at(event, "/object");
    if (type == "ERROR") return error_of_status(object, where());
    if (const auto version = text_at(object, "/metadata/resourceVersion"); !version.empty())
      version_ = version;
    if (type == "BOOKMARK") return {};
    const auto name = key(object);
    if (type == "DELETED") {
      told_.erase(name);
      tell(Change::Kind::removed, object);
      return {};
    }
    const bool known = told_.contains(name);
    told_[name] = object;
    tell(known ? Change::Kind::modified : Change::Kind::added, object);
    return {};
  }

  Cluster& cluster_;
  const std::string path_;
  const Selection selection_;
  const WatchLimits limits_;
  const std::function<bool(const Change&)>& on_change_;
  const Steady::time_point end_ = Steady::now() + limits_.limit;
  std::string version_;  // resourceVersion; empty: list first
  std::map<std::string, Json> told_;
  bool done_ = false;
};

}  // namespace

Status watch(Cluster& cluster, const std::string& path, const Selection& selection,
             const std::string& for_what, const WatchLimits& limits,
             const std::function<bool(const Change&)>& on_change) {
  return Watch(cluster, path, selection, limits, on_change).run(for_what);
}

}  // namespace microstack::kubernetes
