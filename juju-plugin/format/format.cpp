#include "juju-plugin/format/format.h"

#include <algorithm>

#include "engine/base/yaml.h"

namespace microstack::plugin {
namespace {

const char* start_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::good:
      return "\033[32m";
    case Tone::careful:
      return "\033[33m";
    case Tone::bad:
      return "\033[31m";
    case Tone::quiet:
      return "\033[2m";
    case Tone::strong:
      return "\033[1m";
  }
  return "";
}

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string cut(const std::string& text, std::size_t width) {
  if (width_of(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if (begins_character(text[end]) && seen++ == width - 1) break;
  return text.substr(0, end) + "…";
}

// A cell is one line, whatever a message holds.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

void add_row(std::string& out, const std::vector<Cell>& row, const std::vector<std::size_t>& widths,
             bool terminal, std::size_t width) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool last = i + 1 == row.size();
    std::string text = one_line(row[i].text);
    if (last && width > 0) text = cut(text, width > used + 8 ? width - used : 8);
    out += toned(text, row[i].tone, terminal);
    if (last) break;
    out.append(widths[i] - width_of(text) + 2, ' ');
    used += widths[i] + 2;
  }
  while (out.ends_with(' ')) out.pop_back();
  out += "\n";
}

}  // namespace

std::string toned(const std::string& text, Tone tone, bool terminal) {
  const std::string start = terminal && !text.empty() ? start_of(tone) : "";
  return start.empty() ? text : start + text + "\033[0m";
}

std::string table_text(const std::vector<Section>& sections, bool terminal, std::size_t width) {
  std::string out;
  for (const auto& section : sections) {
    if (section.rows.empty() && section.heading.empty()) continue;
    if (!out.empty()) out += "\n";
    std::vector<std::size_t> widths;
    const auto measure = [&widths](const std::vector<Cell>& row) {
      if (row.size() < 2) return;  // a line of its own
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i].text));
    };
    measure(section.heading);
    for (const auto& row : section.rows) measure(row);
    if (!section.heading.empty()) {
      auto heading = section.heading;
      for (auto& cell : heading) cell.tone = Tone::strong;
      add_row(out, heading, widths, terminal, width);
    }
    for (const auto& row : section.rows) add_row(out, row, widths, terminal, width);
  }
  return out;
}

std::string value_text(const Json& value, const std::string& format) {
  return format == "yaml" ? to_yaml(value) : value.dump(2) + "\n";
}

}  // namespace microstack::plugin
