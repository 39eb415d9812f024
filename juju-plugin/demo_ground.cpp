#include "juju-plugin/demo_ground.h"

#include <cstdlib>

#include "engine/base/file.h"
#include "engine/clients/openstack/collection.h"

namespace microstack::plugin {
namespace {

struct PublicKey {
  std::string file;  // the private one
  std::string text;
};

Result<PublicKey> public_key(const std::string& named) {
  std::vector<std::string> candidates = {named};
  if (named.empty()) {
    const char* home = std::getenv("HOME");
    const std::string folder = std::string(home ? home : "/root") + "/.ssh/";
    candidates = {folder + "id_ed25519.pub", folder + "id_ecdsa.pub", folder + "id_rsa.pub"};
  }
  for (const auto& path : candidates) {
    MS_TRY(const auto text, read_file(path));
    if (!text) continue;
    const bool pub = path.ends_with(".pub");
    return PublicKey{pub ? path.substr(0, path.size() - 4) : path, text->substr(0, text->find('\n'))};
  }
  if (!named.empty()) return ask("the file is not there", named, "name a public key", {"--key"});
  return PublicKey{};
}

}  // namespace

openstack::Wait waiting(const Watch& watch) {
  openstack::Wait wait;
  wait.limit = watch.limit;
  wait.stop = watch.stop;
  wait.tell = [tell = watch.event](const std::string& what) {
    if (!what.empty()) tell({.kind = Event::Kind::wait, .waiting_for = what});
  };
  return wait;
}

Result<DemoGround> demo_ground(Front& front, Cluster& cluster, DemoWish wish, const std::string& key_file,
                               const Watch& watch) {
  DemoGround ground;
  MS_TRY(const auto key, public_key(key_file));
  wish.public_key = key.text;
  ground.key_file = key.file;
  MS_TRY(openstack::Session * admin, cluster.admin(watch));
  MS_TRY(const Secret password, cluster.secret("demo/" + wish.user));
  MS_TRY(ground.tenant, cluster.session(wish.user, password, wish.project));

  bool there = false;
  MS_TRY(const auto missing, demo_drift(*admin, wish, ground.ids, there, watch.stop));
  if (there && missing.empty() && wish.servers == 0) {
    // It may have been made when there was no key yet.
    if (!wish.public_key.empty()) {
      MS_TRY([[maybe_unused]] const auto made,
             openstack::find_or_create(*ground.tenant, openstack::collections::keypairs,
                                       {{"name", wish.project}, {"public_key", wish.public_key}}, {},
                                       watch.stop));
    }
    return ground;
  }

  front.tell("making what VMs need in project " + wish.project);
  wish.image_file = [&] { return cluster.guest_image(watch); };
  MS_TRY(const auto external, openstack::find(*admin, openstack::collections::networks, wish.external.name,
                                              {{"router:external", "true"}}, watch.stop));
  if (!external && wish.external.cidr.empty()) {
    const auto name = wish.external.name;
    MS_TRY(wish.external, cluster.external_network(watch));
    wish.external.name = name;
    if (wish.external.cidr.empty())
      return ask(
          "the cloud has no external network " + name, {},
          "say which addresses are free: juju microstack configure --cidr 10.0.0.0/24 --gateway 10.0.0.1 "
          "--pool 10.0.0.100-10.0.0.200",
          {"--cidr"});
  }
  MS_CHECK(make_demo_ground(*admin, wish, password, ground.ids, waiting(watch)));
  MS_CHECK(make_demo_tenant(*admin, *ground.tenant, wish, ground.ids, waiting(watch)));
  return ground;
}

}  // namespace microstack::plugin
