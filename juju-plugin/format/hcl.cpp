#include "juju-plugin/format/hcl.h"

#include <algorithm>
#include <cctype>

namespace microstack::plugin {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool begins = i + 1 < text.size() && text[i + 1] == '{';
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if ((c == '$' || c == '%') && begins)
      out += std::string(2, c);
    else
      out += c;
  }
  return out + "\"";
}

bool is_name(const std::string& text) {
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; });
}

// Members as "key = value" lines, their '=' below each other as terraform fmt has them.
std::string members(const Json& object, int indent) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& [key, value] : object.items())
    if (!value.is_null()) lines.emplace_back(is_name(key) ? key : quoted(key), hcl_value(value, indent));
  const auto one_line = [](const std::string& value) { return value.find('\n') == std::string::npos; };
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // fmt aligns runs of lines that are one line each.
    std::size_t first = i, last = i, width = 0;
    if (one_line(lines[i].second)) {
      while (first > 0 && one_line(lines[first - 1].second)) --first;
      while (last + 1 < lines.size() && one_line(lines[last + 1].second)) ++last;
    }
    for (std::size_t k = first; k <= last; ++k) width = std::max(width, lines[k].first.size());
    out += std::string(indent, ' ') + lines[i].first + std::string(width - lines[i].first.size(), ' ') +
           " = " + lines[i].second + "\n";
  }
  return out;
}

}  // namespace

std::string hcl_value(const Json& value, int indent) {
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    return text.starts_with("=") ? text.substr(1) : quoted(text);
  }
  if (value.is_array()) {
    std::string out = "[";
    for (const auto& one : value) out += (out.size() > 1 ? ", " : "") + hcl_value(one, indent);
    return out + "]";
  }
  if (value.is_object()) {
    const auto inside = members(value, indent + 2);
    return inside.empty() ? "{}" : "{\n" + inside + std::string(indent, ' ') + "}";
  }
  return value.dump();
}

std::string hcl_resource(const std::string& type, const std::string& name, const Json& attributes) {
  const auto inside = members(attributes, 2);
  return "resource \"" + type + "\" \"" + name + "\" {" + (inside.empty() ? "" : "\n" + inside) + "}\n";
}

std::string hcl_import(const std::string& address, const std::string& id) {
  return "import {\n  to = " + address + "\n  id = " + quoted(id) + "\n}\n";
}

std::string hcl_name(const std::string& text) {
  std::string out;
  for (const char c : text) out += std::isalnum(static_cast<unsigned char>(c)) || c == '-' ? c : '_';
  return out.empty() || std::isdigit(static_cast<unsigned char>(out[0])) ? "_" + out : out;
}

}  // namespace microstack::plugin
