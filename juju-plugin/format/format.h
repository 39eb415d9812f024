// How answers are shown: a table for people, JSON or YAML for programs. The table is made of the same value, so
// that the three cannot differ.
#pragma once

#include <string>
#include <vector>

#include "engine/base/json.h"

namespace microstack::plugin {

enum class Tone { plain, good, careful, bad, quiet, strong };

struct Cell {
  Cell(std::string text, Tone tone = Tone::plain)
      : text(std::move(text)), tone(tone) {}  // NOLINT: on purpose
  Cell(const char* text) : text(text) {}      // NOLINT
  std::string text;
  Tone tone = Tone::plain;
};

// A heading and rows below it; columns as wide as their widest cell. A section without a heading is lines.
struct Section {
  std::vector<Cell> heading;
  std::vector<std::vector<Cell>> rows;
};

// Sections with an empty line between; colours only where `terminal`. No line is longer than `width` (0: any):
// the last column is cut.
std::string table_text(const std::vector<Section>& sections, bool terminal, std::size_t width = 0);

// --format json|yaml; json ends in a newline.
std::string value_text(const Json& value, const std::string& format);

// One text in a tone, for lines outside of tables.
std::string toned(const std::string& text, Tone tone, bool terminal);

}  // namespace microstack::plugin
