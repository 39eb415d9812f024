#include "engine/base/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>

namespace microstack {

namespace {

constexpr int deepest = 100;             // levels: a list that holds itself through an anchor ends here
constexpr std::size_t most = 1'000'000;  // nodes: anchors can multiply a short text without end

bool is_plain_key(const std::string& key) {
  if (key.empty()) return false;
  for (const char c : key)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') return false;
  return true;
}

std::optional<Json> as_integer(const std::string& text) {
  const bool negative = text[0] == '-';
  const std::size_t digits = negative || text[0] == '+' ? 1 : 0;
  const bool hexadecimal = digits == 0 && text.compare(0, 2, "0x") == 0;
  if (!hexadecimal && text.size() > digits + 1 && text[digits] == '0') return std::nullopt;  // 0644 is a mode
  const char* begin = text.data() + (hexadecimal ? 2 : digits);
  const char* end = text.data() + text.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number, hexadecimal ? 16 : 10);
  if (error != std::errc{} || stop != end) return std::nullopt;
  if (!negative) {
    if (number <= static_cast<std::uint64_t>(INT64_MAX)) return Json(static_cast<std::int64_t>(number));
    return Json(number);
  }
  if (number > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return Json(-static_cast<std::int64_t>(number));
}

std::optional<Json> as_float(const std::string& text) {
  if (text.find_first_not_of("0123456789.eE+-") != std::string::npos) return std::nullopt;
  if (text.find_first_of(".eE") == std::string::npos) return std::nullopt;
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  double number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return Json(number);
}

Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (auto number = as_integer(text)) return *number;
  if (auto number = as_float(text)) return *number;
  return text;
}

class Converter {
 public:
  explicit Converter(Document& document) : document_(document) {}

  Result<Json> convert(const YAML::Node& node, const std::string& path, int depth) {
    note(path, node);
    if (depth > deepest) return wrong(node, fmt::format("is nested deeper than {} levels", deepest));
    if (++count_ > most) return wrong(node, fmt::format("has more than {} parts", most));
    if (node.IsMap()) return convert_map(node, path, depth);
    if (node.IsSequence()) return convert_list(node, path, depth);
    if (node.IsScalar()) return convert_scalar(node);
    return Json(nullptr);
  }

 private:
  Result<Json> convert_map(const YAML::Node& node, const std::string& path, int depth) {
    Json json = Json::object();
    Json merged = Json::object();
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) return wrong(pair.first, "a key must be a word");
      const auto& key = pair.first.Scalar();
      if (key == "<<" && pair.first.Tag() == "?") {
        MS_CHECK(merge(pair.second, path, depth, merged));
        continue;
      }
      if (json.contains(key)) return wrong(pair.first, fmt::format("the key {} is there twice", key));
      const auto inner = join_path(path, key);
      MS_TRY(json[key], convert(pair.second, inner, depth + 1));
      note(inner, pair.first);
    }
    for (auto& [key, value] : merged.items())
      if (!json.contains(key)) json[key] = value;
    return json;
  }

  Status merge(const YAML::Node& node, const std::string& path, int depth, Json& merged) {
    if (node.IsSequence()) {
      for (const auto& item : node) MS_CHECK(merge(item, path, depth + 1, merged));
      return {};
    }
    if (!node.IsMap()) return wrong(node, "<< takes a map or a list of maps");
    MS_TRY(auto json, convert_map(node, path, depth + 1));
    for (auto& [key, value] : json.items())
      if (!merged.contains(key)) merged[key] = value;
    return {};
  }

  Result<Json> convert_list(const YAML::Node& node, const std::string& path, int depth) {
    Json json = Json::array();
    for (const auto& item : node) {
      MS_TRY(auto value, convert(item, join_path(path, json.size()), depth + 1));
      json.push_back(std::move(value));
    }
    return json;
  }

  Result<Json> convert_scalar(const YAML::Node& node) {
    const auto& tag = node.Tag();
    if (tag == "?" || tag.empty()) return plain_scalar(node.Scalar());
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return Json(node.Scalar());
    return wrong(node, fmt::format("the tag {} has no meaning here", tag));
  }

  void note(const std::string& path, const YAML::Node& node) {
    if (!node.Mark().is_null()) document_.lines.insert_or_assign(path, node.Mark().line + 1);
  }

  Error wrong(const YAML::Node& node, const std::string& what) const {
    return ask(what, node.Mark().is_null() ? document_.file
                                           : fmt::format("{}:{}", document_.file, node.Mark().line + 1));
  }

  Document& document_;
  std::size_t count_ = 0;
};

void emit(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, item] : value.items()) {
      out << YAML::Key << key << YAML::Value;
      emit(out, item);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    out << YAML::BeginSeq;
    for (const auto& item : value) emit(out, item);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    // Text that would be read back as something else needs quotes.
    if (plain_scalar(text).is_string())
      out << text;
    else
      out << YAML::DoubleQuoted << text;
  } else if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << value.dump();
  }
}

}  // namespace

std::string join_path(const std::string& path, const std::string& key) {
  const auto word = is_plain_key(key) ? key : '"' + key + '"';
  return path.empty() ? word : path + '.' + word;
}

std::string join_path(const std::string& path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

std::vector<std::string> path_parts(const std::string& path) {
  std::vector<std::string> all;
  std::string part;
  bool quoted = false;
  for (const char c : path) {
    if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '.' || c == '[' || c == ']')) {
      if (!part.empty()) all.push_back(std::exchange(part, {}));
    } else {
      part.push_back(c);
    }
  }
  if (!part.empty()) all.push_back(part);
  return all;
}

int Document::line(const std::string& path) const {
  for (std::string part = path;;) {
    if (const auto found = lines.find(part); found != lines.end()) return found->second;
    if (part.empty()) return 0;
    const auto cut = part.find_last_of(".[");
    part.resize(cut == std::string::npos ? 0 : cut);
  }
}

std::string Document::where(const std::string& path) const {
  const int at = line(path);
  return at > 0 && !file.empty() ? fmt::format("{}:{}", file, at) : file;
}

Result<Document> parse_yaml(const std::string& text, const std::string& file_name) {
  Document document{nullptr, file_name, {}};
  try {
    const auto all = YAML::LoadAll(text);
    if (all.size() > 1) return ask("there is more than one YAML document in the file", file_name);
    if (all.empty()) return document;
    MS_TRY(document.value, Converter(document).convert(all.front(), "", 0));
    return document;
  } catch (const YAML::Exception& e) {
    return ask(fmt::format("not YAML: {}", e.msg),
               e.mark.is_null() ? file_name : fmt::format("{}:{}", file_name, e.mark.line + 1));
  }
}

Result<Document> parse_json(const std::string& text, const std::string& file_name) {
  try {
    return Document{Json::parse(text), file_name, {}};
  } catch (const Json::parse_error& e) {
    const auto end = std::min<std::size_t>(e.byte, text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
    std::string what = e.what();
    if (const auto colon = what.rfind("; last read"); colon != std::string::npos) what.resize(colon);
    if (const auto colon = what.find(": "); colon != std::string::npos) what.erase(0, colon + 2);
    return ask("not JSON: " + what, file_name.empty() ? "" : fmt::format("{}:{}", file_name, line));
  }
}

std::string to_yaml(const Json& value) {
  YAML::Emitter out;
  emit(out, value);
  return std::string(out.c_str()) + "\n";
}

}  // namespace microstack
