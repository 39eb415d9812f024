#include "provider/resources/demo.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/clients/openstack/collection.h"
#include "engine/cloud/demo_things.h"
#include "provider/cloud/leaving.h"
#include "provider/cloud/watching.h"

namespace microstack::provider {
namespace {

using namespace terraform;

struct DemoImage {
  Attr<std::string> name;
  Attr<std::string> url;
  Attr<std::string> file;
  Attr<std::string> sha512;
  Attr<std::string> disk_format;
  static auto schema() {
    return model<DemoImage>(
        "An image of your own.", attribute("name", &DemoImage::name).required().doc("Its name in the cloud."),
        attribute("url", &DemoImage::url)
            .optional()
            .exactly_one_of({"url", "file"})
            .doc("Where it is downloaded from."),
        attribute("file", &DemoImage::file).optional().doc("A file on this host."),
        attribute("sha512", &DemoImage::sha512).optional().doc("What its SHA-512 must be, hexadecimal."),
        attribute("disk_format", &DemoImage::disk_format)
            .optional()
            .one_of({"qcow2", "raw"})
            .doc("`qcow2` when not given."));
  }
};

struct DemoServer {
  Attr<std::int64_t> count;
  Attr<std::string> flavor;
  Attr<std::string> user_data;
  static auto schema() {
    return model<DemoServer>(
        "VMs with a floating IP each.",
        attribute("count", &DemoServer::count).required().between(0, 100).doc("How many."),
        attribute("flavor", &DemoServer::flavor).optional().doc("Their flavor; `m1.tiny` when not given."),
        attribute("user_data", &DemoServer::user_data)
            .optional()
            .doc("Script or cloud-config for their first boot."));
  }
};

struct Demo {
  Attr<std::string> id;
  Attr<std::string> cluster_id;
  Attr<std::string> project;
  Attr<std::string> user;
  Attr<std::string> cidr;
  Attr<std::string> external_network;
  Attr<std::string> public_key;
  Attr<DemoImage> image;
  Attr<DemoServer> server;
  Attr<std::string> image_id;
  Attr<std::string> network_id;
  Attr<std::string> external_network_id;
  Attr<std::string> router_id;
  Attr<std::vector<std::string>> server_ids;
  Attr<std::vector<std::string>> server_names;
  Attr<std::vector<std::string>> floating_ips;
  Attr<std::vector<std::string>> drift;
  Timeouts timeouts;

  static auto schema() {
    using namespace std::chrono_literals;
    return model<Demo>(
        "Flavors, an image, a project with an account, a network behind a router, rules for ping, ssh and "
        "http, and VMs if wanted.",
        attribute("id", &Demo::id)
            .computed()
            .keeps()
            .identity()
            .doc("The cluster's id and the project's name."),
        attribute("cluster_id", &Demo::cluster_id).required().replaces().doc("The cluster."),
        attribute("project", &Demo::project)
            .defaults_to("demo")
            .replaces()
            .matches("[a-z][a-z0-9-]{0,40}", "lower-case letters, digits and dashes")
            .doc("Name of the project, and of the things in it."),
        attribute("user", &Demo::user)
            .defaults_to("demo")
            .replaces()
            .doc("Name of its account; the password is kept on the control node in "
                 "/var/lib/microstack/secrets."),
        attribute("cidr", &Demo::cidr)
            .defaults_to("192.168.122.0/24")
            .replaces()
            .doc("Addresses of its network."),
        attribute("external_network", &Demo::external_network)
            .defaults_to("public")
            .replaces()
            .doc("Where floating IPs come from; made on a cluster in a machine when it is not there."),
        attribute("public_key", &Demo::public_key)
            .optional()
            .replaces()
            .doc("SSH key that opens the VMs; the first of ~/.ssh/id_*.pub when not given and there is one."),
        attribute("image", &Demo::image)
            .optional()
            .replaces_if("another image is given",
                         [](const AttributePlan& plan) { return !(plan.prior == plan.planned); })
            .doc("An image of your own; a tiny one that boots in seconds is built when not given."),
        attribute("server", &Demo::server).optional().doc("VMs."),
        attribute("image_id", &Demo::image_id).computed().keeps().doc("The image."),
        attribute("network_id", &Demo::network_id).computed().keeps().doc("The project's network."),
        attribute("external_network_id", &Demo::external_network_id)
            .computed()
            .keeps()
            .doc("The external network."),
        attribute("router_id", &Demo::router_id).computed().keeps().doc("The router between them."),
        attribute("server_ids", &Demo::server_ids).computed().doc("The VMs."),
        attribute("server_names", &Demo::server_names).computed().doc("Their names, in the same order."),
        attribute("floating_ips", &Demo::floating_ips)
            .computed()
            .doc("Their floating IPs, in the same order."),
        attribute("drift", &Demo::drift)
            .computed()
            .plans_to({})
            .doc("What of it is missing; the next apply makes it again."),
        attribute("timeouts", &Demo::timeouts)
            .limits({.create = 30min, .read = 5min, .update = 30min, .remove = 15min}));
  }
};

// The key given, else the user's own.
std::string public_key_of(const Demo& demo) {
  if (demo.public_key.is_known()) return *demo.public_key;
  const char* home = std::getenv("HOME");
  if (!home) return {};
  for (const char* name : {"id_ed25519.pub", "id_ecdsa.pub", "id_rsa.pub"}) {
    std::ifstream file(std::string(home) + "/.ssh/" + name);
    if (std::string line; std::getline(file, line)) return line;
  }
  return {};
}

class DemoResource : public Resource<Demo> {
 public:
  explicit DemoResource(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "demo"; }
  bool resumable() const override { return true; }
  std::string import_id() const override { return "CLUSTER_ID/demo"; }

  Status plan(Plan<Demo>& plan, Call& call) override {
    if (!plan.prior && plan.planned.image.is_null()) look_at_tools(plan.planned, call);
    // Only another number of VMs, or drift, changes which there are.
    const bool same = plan.prior &&
                      plan.prior->server.value_or({}).count == plan.planned.server.value_or({}).count &&
                      plan.prior->drift.is_known() && plan.prior->drift->empty();
    if (same)
      plan.planned.server_ids = plan.prior->server_ids, plan.planned.server_names = plan.prior->server_names,
      plan.planned.floating_ips = plan.prior->floating_ips;
    return {};
  }

  Status create(Demo& demo, Call& call) override { return make(demo, call); }
  Status update(const Demo&, Demo& demo, Call& call) override { return make(demo, call); }

  Result<Found> read(Demo& demo, Call& call) override {
    MS_TRY(const auto cloud, clouds_.of_id(*demo.cluster_id));
    if (cloud->place().kind == Place::Kind::machine) {
      auto machine = cloud->machine_status(watching(call));
      if (machine && machine->is_null()) return Found::no;
    }
    DemoIds ids;
    bool there = true;
    auto looked = [&]() -> Result<std::vector<std::string>> {
      MS_TRY(openstack::Session * admin, cloud->admin(watching(call)));
      return demo_drift(*admin, wish_of(demo), ids, there, call.stop());
    }();
    if (!looked) {
      call.warn("The cloud cannot be looked at", looked.error().text());
      return Found::yes;
    }
    if (!there) return Found::no;
    demo.drift = *looked;
    set(ids, demo);
    return Found::yes;
  }

  // With its cluster it goes, and whatever else is in its project.
  Status plan_removal(const Demo& demo, Call& call) override {
    MS_TRY(const auto cloud, clouds_.of_id(*demo.cluster_id));
    mark_removal(*cloud, call);
    return {};
  }

  Status remove(const Demo& demo, Call& call) override {
    MS_TRY(const auto cloud, clouds_.of_id(*demo.cluster_id));
    const bool along = goes_along(*cloud, call);
    // A machine goes as a whole; on a server guests would be in the way of what undoes it.
    if (along && cloud->place().kind == Place::Kind::machine) return {};
    if (cloud->place().kind == Place::Kind::machine) {
      MS_TRY(const Json machine, cloud->machine_status(watching(call)));
      if (machine.is_null()) return {};
    }
    const auto wish = wish_of(demo);
    MS_TRY(openstack::Session * admin, cloud->admin(watching(call)));
    const auto wait = waiting(call);
    MS_TRY(const auto user,
           openstack::find(*admin, openstack::collections::users, wish.user, {}, call.stop()));
    std::unique_ptr<openstack::Session> tenant;
    if (user) {
      MS_TRY(const Secret password, cloud->secret("demo/" + wish.user));
      MS_TRY(tenant, cloud->session(wish.user, password, wish.project));
    }
    MS_CHECK(remove_demo(*admin, tenant.get(), wish, along, wait));
    if (call.saved().contains("made_external_network")) {
      MS_TRY(const auto network, openstack::find(*admin, openstack::collections::networks, wish.external.name,
                                                 {{"router:external", "true"}}, call.stop()));
      if (network)  // stays when somebody else uses it
        if (auto gone =
                openstack::remove(*admin, openstack::collections::networks, network->at("id"), call.stop());
            !gone)
          call.warn("The external network stays", gone.error().text());
    }
    return cloud->forget_secret("demo/" + wish.user);
  }

  Status import(const ImportRequest& from, Demo& demo, Call& call) override {
    const std::string id = from.by_identity ? *demo.id : from.id;
    const auto slash = id.rfind('/');
    if (slash == id.npos) return ask("The id must be CLUSTER_ID/PROJECT", {}, {}, {"id"});
    demo.id = id;
    demo.cluster_id = id.substr(0, slash);
    demo.project = id.substr(slash + 1);
    demo.user = std::string("demo");
    demo.cidr = std::string("192.168.122.0/24");
    demo.external_network = std::string("public");
    MS_TRY(const auto cloud, clouds_.of_id(*demo.cluster_id));
    MS_TRY(openstack::Session * admin, cloud->admin(watching(call)));
    MS_TRY(const int servers, count_demo_servers(*admin, *demo.project, call.stop()));
    if (servers > 0) demo.server = DemoServer{.count = std::int64_t{servers}};
    return {};
  }

 private:
  // Whether the host can build the guest. A cluster that does not exist yet is taken to be made from this host.
  void look_at_tools(const Demo& planned, Call& call) {
    auto watch = watching(call);
    watch.limit = std::chrono::minutes(1);
    const auto looked = [&]() -> Result<Json> {
      if (planned.cluster_id.is_known()) {
        MS_TRY(const auto cloud, clouds_.of_id(*planned.cluster_id));
        return cloud->on_host({"guest", "check"}, {}, watch);
      }
      MS_TRY(const std::string program, hypervisor_beside_this_program());
      return ClusterNode({}, {}, {}, program, clouds_.open).on_host({"guest", "check"}, {}, watch);
    }();
    if (!looked) {
      if (looked.error().kind == ErrorKind::ask)
        call.error("The demo's guest cannot be built", looked.error().text(), "image");
      else
        call.warn("The demo's guest is looked at in apply", looked.error().text());
      return;
    }
    std::string packages;
    for (const auto& name : looked->value("missing", Json::array()))
      packages += " " + name.get<std::string>();
    if (!packages.empty())
      call.error("Tools that build the demo's guest are missing:" + packages,
                 "To go on: apt-get install" + packages + ", or give an image of your own.", "image");
  }

  static openstack::Wait waiting(Call& call) {
    openstack::Wait wait;
    wait.limit = watching(call).limit;
    wait.stop = call.stop();
    wait.tell = [&call](const std::string& what) {
      if (!what.empty()) call.progress("waiting for " + what);
    };
    return wait;
  }

  static DemoWish wish_of(const Demo& demo) {
    DemoWish wish;
    wish.project = *demo.project;
    wish.user = *demo.user;
    wish.cidr = *demo.cidr;
    wish.external.name = *demo.external_network;
    wish.image.name = demo.image.is_known() ? *demo.image->name : "microstack-guest";
    if (demo.image.is_known()) wish.image.disk_format = demo.image->disk_format.value_or("qcow2");
    if (demo.server.is_known()) {
      wish.servers = static_cast<int>(demo.server->count.value_or(0));
      wish.flavor = demo.server->flavor.value_or("m1.tiny");
      wish.user_data = demo.server->user_data.value_or("");
    }
    return wish;
  }

  static void set(const DemoIds& ids, Demo& demo) {
    demo.image_id = ids.image;
    demo.network_id = ids.network;
    demo.router_id = ids.router;
    demo.external_network_id = ids.external_network;
    demo.server_ids = ids.servers;
    demo.server_names = ids.server_names;
    demo.floating_ips = ids.floating_ips;
  }

  Status make(Demo& demo, Call& call) {
    MS_TRY(const auto cloud, clouds_.of_id(*demo.cluster_id));
    auto wish = wish_of(demo);
    wish.public_key = public_key_of(demo);
    const auto wait = waiting(call);
    wish.image_file = [&] { return image_file(*cloud, demo, call); };
    MS_TRY(openstack::Session * admin, cloud->admin(watching(call)));
    MS_TRY(const auto external, openstack::find(*admin, openstack::collections::networks, wish.external.name,
                                                {{"router:external", "true"}}, call.stop()));
    if (!external && cloud->place().kind == Place::Kind::machine) {
      MS_TRY(const Json machine, cloud->machine_status(watching(call)));
      const auto name = wish.external.name;
      wish.external = wish_of_machine(machine);
      wish.external.name = name;
      call.saved()["made_external_network"] = name;
    }
    MS_TRY(const Secret password, cloud->secret("demo/" + wish.user));
    DemoIds ids;
    MS_CHECK(make_demo_ground(*admin, wish, password, ids, wait));
    MS_TRY(const auto tenant, cloud->session(wish.user, password, wish.project));
    MS_CHECK(make_demo_tenant(*admin, *tenant, wish, ids, wait));
    MS_CHECK(remove_demo_servers(*tenant, wish, wish.servers, wait));
    demo.id = *demo.cluster_id + "/" + wish.project;
    set(ids, demo);
    demo.drift = std::vector<std::string>{};
    return {};
  }

  // The image as a file of this host: the one given, downloaded, or built.
  static Result<std::string> image_file(Cloud& cloud, const Demo& demo, Call& call) {
    if (!demo.image.is_known()) {
      MS_TRY(const Json built, cloud.on_host({"guest", "image"}, {}, watching(call)));
      return built.value("path", std::string());
    }
    const auto& image = *demo.image;
    std::string path;
    if (image.file.is_known()) {
      path = *image.file;
    } else {
      const char* home = std::getenv("HOME");
      const auto folder = std::filesystem::path(home ? home : "/root") / ".cache/microstack";
      std::filesystem::create_directories(folder);
      path = folder / image.url->substr(image.url->rfind('/') + 1);
      const bool have =
          image.sha512.is_known() && openstack::sha512_of_file(path).value_or("") == *image.sha512;
      if (!have) {
        call.progress("downloading " + *image.url);
        std::ofstream file(path, std::ios::binary | std::ios::trunc);
        http::Client http;
        auto request = http::get(*image.url);
        request.limit = watching(call).limit;
        request.idempotent = false;  // a part of it may be in the file already
        request.on_data = [&](std::string_view bytes) {
          return static_cast<bool>(file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())));
        };
        MS_TRY(const auto answer, http::send_ok(http, request, call.stop()));
        file.close();
      }
    }
    if (image.sha512.is_known()) {
      MS_TRY(const std::string sum, openstack::sha512_of_file(path));
      if (sum != *image.sha512)
        return ask("the image's SHA-512 is " + sum, path, "correct the checksum or the source",
                   {"image", "sha512"});
    }
    return path;
  }

  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyResource> demo_resource(Clouds& clouds) {
  return std::make_unique<DemoResource>(clouds);
}

}  // namespace microstack::provider
