#include "engine/plan/event_table.h"

#include <fmt/format.h>

#include "engine/base/duration.h"

namespace microstack {

namespace {

constexpr std::size_t width = 100;  // characters of the live line: it must not wrap, or wiping it leaves half

std::string cut(std::string text) {
  if (text.size() <= width) return text;
  std::size_t end = width - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not within a character
  return text.substr(0, end) + "…";
}

}  // namespace

std::string Table::text(const Event& event) {
  std::string text = lines(event);
  if (!terminal_) return text;
  return "\r\033[K" + text + live();
}

std::string Table::lines(const Event& event) {
  const auto name = event.title.empty() ? event.step : event.title;
  switch (event.kind) {
    case Event::Kind::plan:
      total_ = event.total;
      done_ = 0;
      eta_s_ = event.eta_s;
      return {};
    case Event::Kind::begin:
      running_[event.step] = {name, {}, event.t};
      return {};
    case Event::Kind::progress:
      if (const auto found = running_.find(event.step); found != running_.end()) {
        found->second.detail = event.total > 0 ? fmt::format("{}%", 100 * event.done / event.total) : "";
        if (name != found->second.title)
          found->second.detail += (found->second.detail.empty() ? "" : " ") + name;
      }
      return {};
    case Event::Kind::wait:
      if (const auto found = running_.find(event.step); found != running_.end())
        found->second.detail = "waiting for " + event.waiting_for;
      else if (event.step.empty())
        return fmt::format("waits for {}\n", event.waiting_for);
      return {};
    case Event::Kind::end: {
      done_ = event.done;
      if (event.total > 0) total_ = event.total;
      eta_s_ = event.eta_s;
      const auto found = running_.find(event.step);
      if (found == running_.end()) return {};  // was true already
      const auto text = fmt::format("  done  {} ({})\n", name, duration_text(event.t - found->second.since));
      running_.erase(found);
      return text;
    }
    case Event::Kind::error:
      running_.erase(event.step);
      return event.error ? fmt::format("FAILED  {}\n", event.error->text()) : std::string{};
    case Event::Kind::done:
      running_.clear();
      total_ = 0;
      return {};
  }
  return {};
}

std::string Table::live() const {
  if (total_ == 0) return {};
  auto text = fmt::format("[{}/{}]", done_, total_);
  if (eta_s_ > 0) text += fmt::format(" {} left", duration_text(eta_s_));
  for (const auto& [id, step] : running_)
    text += fmt::format("  {}{}{}", step.title, step.detail.empty() ? "" : ": ", step.detail);
  return cut(text);
}

}  // namespace microstack
