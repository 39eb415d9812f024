#include "engine/plan/event.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace microstack {

namespace {

template <class Enum>
struct Word {
  Enum value;
  const char* word;
};

constexpr std::array<Word<Event::Kind>, 7> kinds{{{Event::Kind::plan, "plan"},
                                                  {Event::Kind::begin, "begin"},
                                                  {Event::Kind::progress, "progress"},
                                                  {Event::Kind::wait, "wait"},
                                                  {Event::Kind::end, "end"},
                                                  {Event::Kind::error, "error"},
                                                  {Event::Kind::done, "done"}}};
constexpr std::array<Word<ErrorKind>, 3> error_kinds{
    {{ErrorKind::retry, "retry"}, {ErrorKind::ask, "ask"}, {ErrorKind::give_up, "give_up"}}};

template <class Words, class Enum>
const char* word_of(const Words& words, Enum value) {
  for (const auto& entry : words)
    if (entry.value == value) return entry.word;
  return "";
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

template <class Number>
Number number_at(const Json& json, const char* key, Number otherwise) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<Number>() : otherwise;
}

}  // namespace

Json to_json(const Error& error) {
  Json json{{"kind", word_of(error_kinds, error.kind)}, {"what", error.what}};
  if (!error.where.empty()) json["where"] = error.where;
  if (!error.fix.empty()) json["fix"] = error.fix;
  if (!error.code.empty()) json["code"] = error.code;
  if (!error.attribute.empty()) json["attribute"] = error.attribute;
  for (const auto& cause : error.causes) json["cause"].push_back(to_json(cause));
  return json;
}

Error error_from_json(const Json& json) {
  Error error;
  if (!json.is_object()) return give_up("an error that is no object", {}, json.dump());
  const auto kind = text_at(json, "kind");
  for (const auto& entry : error_kinds)
    if (kind == entry.word) error.kind = entry.value;
  error.what = text_at(json, "what");
  error.where = text_at(json, "where");
  error.fix = text_at(json, "fix");
  error.code = text_at(json, "code");
  if (const auto path = json.find("attribute"); path != json.end() && path->is_array())
    for (const auto& part : *path)
      error.attribute.push_back(part.is_string() ? part.get<std::string>() : part.dump());
  if (const auto causes = json.find("cause"); causes != json.end() && causes->is_array())
    for (const auto& cause : *causes) error.causes.push_back(error_from_json(cause));
  return error;
}

std::string to_line(const Event& event) {
  Json json{{"v", 1}, {"kind", word_of(kinds, event.kind)}, {"t", std::round(event.t * 1000) / 1000}};
  const auto text = [&](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  text("run", event.run);
  text("step", event.step);
  text("title", event.title);
  text("host", event.host);
  text("waiting_for", event.waiting_for);
  if (event.done != 0) json["done"] = event.done;
  if (event.total != 0) json["total"] = event.total;
  if (event.eta_s >= 0) json["eta_s"] = std::round(event.eta_s * 10) / 10;
  if (event.error) json["error"] = to_json(*event.error);
  if (!event.result.is_null()) json["result"] = event.result;
  // Output of other programs may hold bytes that are no UTF-8; a line must never be lost for that.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Event> event_from_line(const std::string& line) {
  const auto json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return give_up("not an event: " + line.substr(0, 200));
  if (const auto version = number_at(json, "v", 0); version != 1)
    return ask(fmt::format("events of version {} are not understood", version), {},
               "use programs of the same release");
  Event event;
  const auto kind = text_at(json, "kind");
  bool known = false;
  for (const auto& entry : kinds)
    if (kind == entry.word) {
      event.kind = entry.value;
      known = true;
    }
  if (!known) return give_up(fmt::format("an event of the unknown kind \"{}\"", kind));
  event.run = text_at(json, "run");
  event.t = number_at(json, "t", 0.0);
  event.step = text_at(json, "step");
  event.title = text_at(json, "title");
  event.host = text_at(json, "host");
  event.done = number_at<std::int64_t>(json, "done", 0);
  event.total = number_at<std::int64_t>(json, "total", 0);
  event.eta_s = number_at(json, "eta_s", -1.0);
  event.waiting_for = text_at(json, "waiting_for");
  if (const auto error = json.find("error"); error != json.end()) event.error = error_from_json(*error);
  if (const auto result = json.find("result"); result != json.end()) event.result = *result;
  return event;
}

}  // namespace microstack
