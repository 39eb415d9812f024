#include "provider/cloud/watching.h"

#include <memory>

#include "engine/machines/prepared_layer.h"

namespace microstack::provider {

Watch watching(terraform::Call& call, std::function<void(const Event&)> also) {
  Watch watch;
  watch.stop = call.told_to_stop();
  if (call.deadline()) {
    const auto left = *call.deadline() - terraform::Call::Clock::now();
    watch.limit = std::max(std::chrono::milliseconds(1'000),
                           std::chrono::duration_cast<std::chrono::milliseconds>(left));
  }
  watch.event = [&call, also = std::move(also)](const Event& event) {
    if (also) also(event);
    switch (event.kind) {
      case Event::Kind::begin:
        call.progress(event.title);
        break;
      case Event::Kind::wait:
        if (!event.waiting_for.empty()) call.progress("waiting for " + event.waiting_for);
        break;
      case Event::Kind::error:
        if (!event.error) break;
        call.progress(event.error->what);
        if (event.step == prepared_layer_step)
          call.warn("The prepared layer could not be made",
                    "The machine is made without it, which takes about a minute more each time: databases "
                    "get their "
                    "tables one migration after the other. The next machine tries again.\n\n" +
                        event.error->text());
        break;
      default:
        break;
    }
  };
  return watch;
}

std::vector<std::string> drift_of(const Json& status, const std::function<bool(const std::string&)>& own) {
  std::vector<std::string> drift;
  for (const auto& difference : status.value("differences", Json::array()))
    if (own(difference.value("component", std::string())))
      drift.push_back(difference.value("text", std::string()));
  return drift;
}

}  // namespace microstack::provider
