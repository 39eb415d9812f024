#include "juju-plugin/format/redaction.h"

#include <algorithm>
#include <cctype>

namespace microstack::plugin {
namespace {

constexpr std::size_t shortest = 8;  // characters: a shorter "secret" would redact words

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

void without_known(std::string& text, const std::string& name, const std::string& value) {
  bool certificate = false;  // what stands beside a key is for everybody
  for (std::size_t begin = 0; begin < value.size();) {
    const auto end = std::min(value.find('\n', begin), value.size());
    const auto line = value.substr(begin, end - begin);
    begin = end + 1;
    if (line.starts_with("-----")) certificate = line.starts_with("-----BEGIN CERTIFICATE");
    if (line.starts_with("-----") || certificate || line.size() < shortest) continue;
    replace_all(text, line, "[secret " + name + "]");
  }
}

// From its BEGIN line to its END line, or to the end of the text.
void without_keys(std::string& text) {
  const std::string mark = "PRIVATE KEY-----";
  for (std::size_t at = 0; (at = text.find("-----BEGIN ", at)) != std::string::npos;) {
    const auto line = text.find_first_of("\n\\\"", at);
    if (text.substr(at, line - at).find(mark) == std::string::npos) {
      at += 5;
      continue;
    }
    const auto last = text.find("-----END ", at);
    const auto behind = last == std::string::npos ? last : text.find(mark, last);
    const std::string by = "[redacted private key]";
    text.replace(at, behind == std::string::npos ? behind : behind + mark.size() - at, by);
    at += by.size();
  }
}

bool of_token(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '=';
}

// Fernet tokens: of Keystone.
void without_tokens(std::string& text) {
  for (std::size_t at = 0; (at = text.find("gAAAA", at)) != std::string::npos;) {
    std::size_t end = at;
    while (end < text.size() && of_token(text[end])) ++end;
    if (end - at >= 60) text.replace(at, end - at, "[redacted token]");
    at += 5;
  }
}

// scheme://user:PASSWORD@host
void without_url_passwords(std::string& text) {
  for (std::size_t at = 0; (at = text.find("://", at)) != std::string::npos; at += 3) {
    const auto end = text.find_first_of("/ \n\t\"'<>", at + 3);
    const auto host = text.substr(at + 3, end == std::string::npos ? end : end - at - 3);
    const auto colon = host.find(':'), sign = host.rfind('@');
    if (sign == std::string::npos || colon == std::string::npos || colon > sign) continue;
    text.replace(at + 3 + colon + 1, sign - colon - 1, "[redacted]");
  }
}

// password = x, "secret_key": "x", token=x
void without_named(std::string& text) {
  std::string low(text.size(), ' ');
  std::transform(text.begin(), text.end(), low.begin(), [](unsigned char c) { return std::tolower(c); });
  std::string out;
  std::size_t copied = 0;
  for (const char* word : {"password", "passwd", "secret", "token"}) {
    out.clear();
    copied = 0;
    const std::string name = word;
    for (std::size_t at = 0; (at = low.find(name, at)) != std::string::npos;) {
      at += name.size();
      std::size_t value = at;
      while (value < low.size() &&
             (std::isalnum(static_cast<unsigned char>(low[value])) || low[value] == '_'))
        ++value;
      if (value < low.size() && (low[value] == '"' || low[value] == '\'')) ++value;
      while (value < low.size() && low[value] == ' ') ++value;
      if (value >= low.size() || (low[value] != '=' && low[value] != ':')) continue;
      ++value;
      while (value < low.size() && (low[value] == ' ' || low[value] == '"' || low[value] == '\'')) ++value;
      const auto end = std::min(low.find_first_of(" \n\t\"',;})", value), low.size());
      if (end == value || text.compare(value, 1, "[") == 0 || text.compare(value, 1, "{") == 0) continue;
      out += text.substr(copied, value - copied) + "[redacted]";
      copied = at = end;
    }
    out += text.substr(copied);
    text = out;
    low.resize(text.size());
    std::transform(text.begin(), text.end(), low.begin(), [](unsigned char c) { return std::tolower(c); });
  }
}

}  // namespace

std::string redacted(std::string text, const std::vector<std::pair<std::string, Secret>>& known) {
  for (const auto& [name, secret] : known) without_known(text, name, secret.reveal());
  without_keys(text);
  without_tokens(text);
  without_url_passwords(text);
  without_named(text);
  return text;
}

}  // namespace microstack::plugin
