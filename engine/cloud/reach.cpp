#include "engine/cloud/reach.h"

#include <cstdlib>

#include "engine/base/file.h"

namespace microstack {
namespace {

std::string path_of(const std::string& cluster) {
  const char* home = std::getenv("HOME");
  return std::string(home ? home : "/root") + "/.config/microstack/" + cluster + "/place.json";
}

}  // namespace

Status remember_place(const std::string& cluster, const Place& place) {
  if (place.kind == Place::Kind::machine) return forget_place(cluster);
  Json json = Json::object();
  if (place.kind == Place::Kind::local)
    json["local"] = true;
  else
    json["ssh"] = {{"host", place.ssh.host},
                   {"port", place.ssh.port},
                   {"user", place.ssh.user},
                   {"host_key", place.ssh.host_key},
                   {"private_key_file", place.ssh.key_file}};
  const auto text = json.dump(2) + "\n";
  MS_TRY(const auto there, read_file(path_of(cluster)));
  if (there == text) return {};
  return write_file(path_of(cluster), text, 0600, 0700);
}

Result<std::optional<Place>> remembered_place(const std::string& cluster) {
  MS_TRY(const auto text, read_file(path_of(cluster)));
  if (!text) return std::optional<Place>();
  const auto json = Json::parse(*text, nullptr, false);
  if (!json.is_object())
    return ask("the file that says how cluster " + cluster + " is reached is not JSON", path_of(cluster),
               "remove it; a plan of the cluster's own resource writes it again");
  Place place;
  if (json.contains("local")) {
    place.kind = Place::Kind::local;
  } else if (json.contains("ssh")) {
    const auto& ssh = json["ssh"];
    place.kind = Place::Kind::ssh;
    place.ssh.host = ssh.value("host", std::string());
    place.ssh.port = ssh.value("port", 22);
    place.ssh.user = ssh.value("user", std::string("root"));
    place.ssh.host_key = ssh.value("host_key", std::string());
    place.ssh.key_file = ssh.value("private_key_file", std::string());
  }
  return std::optional<Place>(std::move(place));
}

Status forget_place(const std::string& cluster) {
  return remove_file(path_of(cluster));
}

}  // namespace microstack
