#include "provider/framework/diagnostics.h"

#include <algorithm>
#include <charconv>

#include "provider/framework/schema.h"

namespace microstack::terraform {

Path Path::attribute(std::string name) const {
  Path out = *this;
  out.steps_.push_back(Attribute{std::move(name)});
  return out;
}

Path Path::key(std::string name) const {
  Path out = *this;
  out.steps_.push_back(Key{std::move(name)});
  return out;
}

Path Path::index(std::int64_t number) const {
  Path out = *this;
  out.steps_.push_back(number);
  return out;
}

std::string Path::text() const {
  std::string out;
  for (const auto& step : steps_) {
    if (auto attribute = std::get_if<Attribute>(&step)) {
      out += (out.empty() ? "" : ".") + attribute->name;
    } else if (auto key = std::get_if<Key>(&step)) {
      out += "[\"" + key->key + "\"]";
    } else {
      out += "[" + std::to_string(std::get<std::int64_t>(step)) + "]";
    }
  }
  return out;
}

Path path_of(const Schema& schema, const std::vector<std::string>& attribute) {
  Path path;
  Type type = schema.type;
  for (const auto& step : attribute) {
    std::int64_t number = 0;
    switch (type.kind()) {
      case Type::Kind::object: {
        const auto& all = type.attributes();
        auto found = std::find_if(all.begin(), all.end(), [&](const auto& a) { return a.name == step; });
        if (found == all.end()) return path;
        path = path.attribute(step);
        type = Type(found->type);
        break;
      }
      case Type::Kind::map:
        path = path.key(step);
        type = Type(type.element());
        break;
      case Type::Kind::list:
        if (std::from_chars(step.data(), step.data() + step.size(), number).ec != std::errc()) return path;
        path = path.index(number);
        type = Type(type.element());
        break;
      default:
        return path;
    }
  }
  return path;
}

void Diagnostics::error(std::string summary, std::string detail, Path path) {
  all_.push_back({Diagnostic::Severity::error, std::move(summary), std::move(detail), std::move(path)});
}

void Diagnostics::warn(std::string summary, std::string detail, Path path) {
  all_.push_back({Diagnostic::Severity::warning, std::move(summary), std::move(detail), std::move(path)});
}

namespace {

std::string sentence(std::string text) {
  if (text.empty()) return text;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  if (text.back() != '.' && text.back() != '!' && text.back() != '?' && text.back() != ':') text += '.';
  return text;
}

}  // namespace

void Diagnostics::add(const Error& error, const Schema* schema) {
  std::string summary = error.what.empty() ? "Something failed without saying what" : error.what;
  if (summary[0] >= 'a' && summary[0] <= 'z') summary[0] = static_cast<char>(summary[0] - 'a' + 'A');
  while (summary.size() > 1 && summary.back() == '.') summary.pop_back();
  std::string detail;
  auto paragraph = [&](const std::string& text) {
    if (!text.empty()) detail += (detail.empty() ? "" : "\n\n") + text;
  };
  if (!error.where.empty()) paragraph("Where: " + error.where);
  std::string causes;
  for (const auto& cause : error.causes) causes += (causes.empty() ? "" : "\n") + cause.text();
  paragraph(causes);
  paragraph(sentence(error.fix));
  if (error.kind == ErrorKind::retry) paragraph("This may go away by itself: try again.");
  this->error(std::move(summary), std::move(detail), schema ? path_of(*schema, error.attribute) : Path());
}

bool Diagnostics::has_error() const {
  return std::any_of(all_.begin(), all_.end(),
                     [](const auto& d) { return d.severity == Diagnostic::Severity::error; });
}

}  // namespace microstack::terraform
