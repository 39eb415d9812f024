#include "engine/base/result.h"

#include <algorithm>

namespace microstack {

namespace {

void write(const Error& error, std::size_t indent, std::string& out) {
  out.append(indent, ' ').append(error.what);
  if (!error.where.empty()) out.append(" (").append(error.where).append(")");
  if (!error.fix.empty()) out.append("; ").append(error.fix);
  out.push_back('\n');
  for (const auto& cause : error.causes) write(cause, indent + 2, out);
}

}  // namespace

bool Error::has_code(std::string_view wanted) const {
  return code == wanted || std::any_of(causes.begin(), causes.end(),
                                       [&](const Error& cause) { return cause.has_code(wanted); });
}

Error Error::because(Error cause) && {
  if (causes.empty()) {
    kind = cause.kind;
    if (attribute.empty()) attribute = cause.attribute;
  }
  causes.push_back(std::move(cause));
  return std::move(*this);
}

std::string Error::text() const {
  std::string out;
  write(*this, 0, out);
  out.pop_back();
  return out;
}

Error retry(std::string what, std::string where, std::string fix) {
  return {ErrorKind::retry, std::move(what), std::move(where), std::move(fix), {}, {}};
}
Error ask(std::string what, std::string where, std::string fix, std::vector<std::string> attribute) {
  return {ErrorKind::ask, std::move(what), std::move(where), std::move(fix), std::move(attribute), {}};
}
Error give_up(std::string what, std::string where, std::string fix) {
  return {ErrorKind::give_up, std::move(what), std::move(where), std::move(fix), {}, {}};
}

Error doing(std::string what, Error cause) {
  return Error{.what = std::move(what)}.because(std::move(cause));
}

}  // namespace microstack
