#include "engine/clients/juju/client_store.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.h"

namespace microstack::juju {

namespace fs = std::filesystem;

namespace {

struct Folder : testing::TemporaryFolder {
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path + "/" + name).parent_path());
    std::ofstream(path + "/" + name) << text;
  }
  std::string read(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(path + "/" + name).rdbuf();
    return text.str();
  }
};

// As juju 4.0 writes it.
const char* controllers = R"(controllers:
  lab:
    uuid: 8a651cd8-4975-465e-826e-5909dbb19e22
    api-endpoints: ['127.0.0.1:17071', '[fd00::1]:17070']
    ca-cert: |
      -----BEGIN CERTIFICATE-----
      MIIE
      -----END CERTIFICATE-----
    cloud: kube0
    type: kubernetes
    agent-version: 4.0.14.1
    controller-machine-count: 1
    active-controller-machine-count: 1
    dns-cache: {juju.example: [127.0.0.1]}
    proxy-config:
      type: kubernetes-port-forward
      config:
        api-host: https://127.0.0.1:16443
        ca-cert: PEM
        namespace: controller-lab
        remote-port: "17070"
        service: controller-service
        service-account-token: token-text
current-controller: lab
)";
const char* accounts = R"(controllers:
  lab:
    type: userpass
    user: admin
    password: a: b#c
    last-known-access: superuser
)";
const char* models = R"(controllers:
  lab:
    models:
      admin/controller:
        uuid: 03844fa0-fdad-49e0-8c8a-56bbb3ba53f3
        type: caas
    current-model: admin/controller
)";

}  // namespace

TEST_CASE("What the command line has stored is all that a login needs") {
  Folder folder;
  folder.write("controllers.yaml", controllers);
  folder.write("accounts.yaml", "controllers:\n  lab:\n    user: admin\n    password: 'a: b#c'\n");
  folder.write("cookies/lab.json", R"([{"Name":"macaroon-1","Value":"v","Domain":"127.0.0.1","Path":"/"}])");
  auto access = ClientStore(folder.path).access("lab");
  REQUIRE(access);
  CHECK(access->addresses == std::vector<std::string>{"127.0.0.1:17071", "[fd00::1]:17070"});
  CHECK(access->user == "admin");
  CHECK(access->password.reveal() == "a: b#c");
  CHECK(access->ca_pem.find("BEGIN CERTIFICATE") != std::string::npos);
  CHECK(access->cookies.size() == 1);
  auto stored = ClientStore(folder.path).controllers();
  REQUIRE(stored);
  REQUIRE(stored->at("lab").proxy);
  CHECK(stored->at("lab").proxy->service == "controller-service");
  CHECK(stored->at("lab").proxy->remote_port == "17070");
  CHECK(ClientStore(folder.path).current_controller().value() == "lab");
}

TEST_CASE("A controller that is not there is answered with those that are") {
  Folder folder;
  folder.write("controllers.yaml", controllers);
  auto access = ClientStore(folder.path).access("nosuch");
  REQUIRE_FALSE(access);
  CHECK(access.error().text().find("there are lab") != std::string::npos);
  auto not_in = ClientStore(folder.path).access("lab");
  REQUIRE_FALSE(not_in);
  CHECK(not_in.error().text().find("juju login -c lab") != std::string::npos);
  CHECK_FALSE(ClientStore(folder.path + "/none").access("lab"));
}

TEST_CASE("A file that is no YAML is named") {
  Folder folder;
  folder.write("controllers.yaml", controllers);
  folder.write("accounts.yaml", accounts);  // its password is not quoted
  auto access = ClientStore(folder.path).access("lab");
  REQUIRE_FALSE(access);
  CHECK(access.error().text().find("accounts.yaml") != std::string::npos);
}

TEST_CASE("Writing keeps what others have stored, privately") {
  Folder folder;
  folder.write("controllers.yaml", controllers);
  folder.write("models.yaml", models);
  ClientStore store(folder.path);
  StoredController mine{"11111111-2222-4333-8444-555555555555", {"10.0.0.1:17070"}, "", "PEM\nPEM\n", "kube"};
  REQUIRE(store.put_controller("mine", mine, "admin", Secret("p\"w")));
  REQUIRE(store.put_model("mine", "admin/openstack", {"u-1", "caas"}, true));
  auto text = folder.read("controllers.yaml");
  CHECK(text.find("dns-cache") != std::string::npos);
  CHECK(text.find("proxy-config") != std::string::npos);
  CHECK(text.find("current-controller: lab") != std::string::npos);
  struct stat info {};
  REQUIRE(::stat((folder.path + "/accounts.yaml").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  auto access = store.access("mine");
  REQUIRE(access);
  CHECK(access->password.reveal() == "p\"w");
  CHECK(access->ca_pem == "PEM\nPEM\n");
  CHECK(store.models("mine")->at("admin/openstack").uuid == "u-1");
  CHECK(store.models("lab")->size() == 1);
  CHECK(store.current_model("mine").value() == "admin/openstack");

  REQUIRE(store.remove_model("mine", "u-1"));
  CHECK(store.models("mine")->empty());
  CHECK_FALSE(store.current_model("mine").value());
  REQUIRE(store.remove_controller("mine"));
  CHECK(store.controllers()->size() == 1);
  CHECK_FALSE(store.access("mine"));
}

TEST_CASE("A model's name is read as on the command line") {
  auto full = read_model_name("lab:admin/openstack");
  CHECK(full.controller == "lab");
  CHECK(full.owner == "admin");
  CHECK(full.model == "openstack");
  CHECK(read_model_name("openstack").model == "openstack");
  CHECK(read_model_name("lab:").controller == "lab");
}

}  // namespace microstack::juju
