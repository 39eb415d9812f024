#include "engine/clients/openstack/collection.h"

#include <fmt/format.h>

namespace microstack::openstack {
namespace {

// {"keypair": {...}} as {...}.
Json unwrapped(const Collection& kind, Json one) {
  if (one.is_object() && one.size() == 1 && one.contains(kind.singular) && one[kind.singular].is_object())
    return std::move(one[kind.singular]);
  return one;
}

// Where the next page is, without the endpoint; empty at the end.
std::string next_page(const Collection& kind, const Json& page, const std::string& base) {
  std::string next;
  if (page.contains("next") && page["next"].is_string()) next = page["next"];  // glance: a path
  if (page.contains(kind.plural + "_links")) {
    for (const auto& link : page[kind.plural + "_links"])
      if (link.value("rel", std::string()) == "next") next = link.value("href", std::string());
  }
  if (page.contains("links") && page["links"].is_object()) {
    if (const auto& link = page["links"].value("next", Json()); link.is_string()) next = link;
  }
  // A service behind a TLS terminator may write another scheme or host than the one it is reached at.
  if (const auto scheme = next.find("://"); scheme != next.npos) {
    const auto base_path = base.find('/', base.find("://") + 3);
    const std::string prefix = base_path == base.npos ? "" : base.substr(base_path);
    const auto slash = next.find('/', scheme + 3);
    next = slash == next.npos ? "" : next.substr(slash);
    if (!prefix.empty() && next.starts_with(prefix)) next = next.substr(prefix.size());
  }
  return next;
}

std::string show(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

Result<std::vector<Json>> list(Session& session, const Collection& kind, const Filters& filters,
                               std::stop_token stop) {
  std::string path = kind.list_path.empty() ? kind.path : kind.list_path;
  for (const auto& [key, value] : filters)
    path += (path.find('?') == path.npos ? "?" : "&") + key + "=" + url_escape(value);
  MS_TRY(const std::string base, session.endpoint(kind.service, stop));
  std::vector<Json> all;
  while (!path.empty()) {
    auto page = session.get(kind.service, path, stop);
    if (!page) return doing("listing " + kind.plural, std::move(page).error());
    if (!page->contains(kind.plural) || !(*page)[kind.plural].is_array())
      return give_up("the answer has no list \"" + kind.plural + "\"", kind.service + " " + path);
    for (auto& one : (*page)[kind.plural]) all.push_back(unwrapped(kind, std::move(one)));
    const auto next = next_page(kind, *page, base);
    path = next == path ? "" : next;
  }
  return all;
}

Result<std::optional<Json>> find(Session& session, const Collection& kind, const std::string& name,
                                 const Filters& filters, std::stop_token stop) {
  Filters all = filters;
  if (kind.name_filter) all.emplace_back("name", name);
  MS_TRY(const auto candidates, list(session, kind, all, stop));
  std::optional<Json> found;
  for (const auto& one :
       candidates) {  // nova's name filter is a regular expression, so names are compared again
    if (one.value("name", std::string()) != name) continue;
    if (found)
      return ask("there are several " + kind.plural + " named " + name, session.access().auth_url,
                 "remove or rename all but one: " + found->value("id", std::string()) + ", " +
                     one.value("id", std::string()));
    found = one;
  }
  return found;
}

Result<std::optional<Json>> find_by_id(Session& session, const Collection& kind, const std::string& id,
                                       std::stop_token stop) {
  http::Request request = http::get(kind.path + "/" + url_escape(id));
  MS_TRY(auto response, session.call(kind.service, request, stop));
  if (response.status == 404) return std::optional<Json>();
  if (!response.ok()) {
    request.url = kind.service + " " + request.url;
    return http::status_error(request, response);
  }
  MS_TRY(Json body, response.json());
  return std::optional<Json>(unwrapped(kind, std::move(body)));
}

Result<Json> create(Session& session, const Collection& kind, const Json& wish, std::stop_token stop) {
  const Json body = kind.wrapped ? Json{{kind.singular, wish}} : wish;
  auto made = session.send("POST", kind.service, kind.path, body, stop);
  if (!made) {
    const auto name = wish.value("name", std::string());
    return doing("creating " + kind.singular + (name.empty() ? "" : " " + name), std::move(made).error());
  }
  return unwrapped(kind, std::move(*made));
}

Result<Json> find_or_create(Session& session, const Collection& kind, const Json& wish,
                            const Filters& filters, std::stop_token stop) {
  const auto name = wish.at("name").get<std::string>();
  MS_TRY(auto found, find(session, kind, name, filters, stop));
  if (found) return std::move(*found);
  auto made = create(session, kind, wish, stop);
  if (made) return made;
  // Somebody else may have made it meanwhile, or the answer to our own call was lost.
  auto again = find(session, kind, name, filters, stop);
  if (again && *again) return std::move(**again);
  return made;
}

std::vector<std::string> differences(const Json& found, const Json& wish) {
  std::vector<std::string> list;
  for (const auto& [key, value] : wish.items()) {
    if (!found.contains(key) || found[key] == value) continue;
    list.push_back(fmt::format("{} is {}, not {}", key, show(found[key]), show(value)));
  }
  return list;
}

Status remove(Session& session, const Collection& kind, const std::string& id, std::stop_token stop) {
  http::Request request = http::get(kind.path + "/" + url_escape(id));
  request.method = "DELETE";
  MS_TRY(const auto response, session.call(kind.service, request, stop));
  if (response.ok() || response.status == 404) return {};
  request.url = kind.service + " " + request.url;
  return doing("removing " + kind.singular + " " + id, http::status_error(request, response));
}

}  // namespace microstack::openstack
