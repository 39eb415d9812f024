#include "engine/clients/kubernetes/kubeconfig.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/clients/kubernetes/certificate.h"
#include "engine/clients/kubernetes/cluster.h"
#include "engine/clients/kubernetes/quantity.h"
#include "tests/support/kubernetes_api/kubernetes_api.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;
using namespace microstack::kubernetes;
using namespace microstack::testing;

namespace {

struct Folder : testing::TemporaryFolder {
  std::string write(const std::string& name, const std::string& text, unsigned mode = 0600) const {
    REQUIRE(write_file(path + "/" + name, text, mode));
    return path + "/" + name;
  }
};

const std::string two_contexts = R"(apiVersion: v1
kind: Config
clusters:
- name: far
  cluster: {server: "https://10.0.0.1:16443/", certificate-authority: pki/ca.crt, tls-server-name: kubernetes}
- name: near
  cluster: {server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true, proxy-url: "http://proxy:3128"}
users:
- name: ann
  user: {client-certificate: ann.crt, client-key-data: a2V5}
- name: bob
  user: {token: abc}
contexts:
- name: work
  context: {cluster: far, user: ann, namespace: openstack}
- name: play
  context: {cluster: near, user: bob}
current-context: work
)";

}  // namespace

TEST_CASE("the current context is taken with its files, which lie beside the kubeconfig") {
  const Folder folder;
  folder.write("pki/ca.crt", "the ca");
  folder.write("ann.crt", "the certificate");
  const auto access = read_kubeconfig(folder.write("config", two_contexts));
  REQUIRE(access);
  CHECK(access->server == "https://10.0.0.1:16443");
  CHECK(access->server_name == "kubernetes");
  CHECK(access->ca_pem == "the ca");
  CHECK(access->certificate_pem == "the certificate");
  CHECK(access->key_pem.reveal() == "key");
  CHECK(access->namespace_name == "openstack");
}

TEST_CASE("a context is chosen by its name, and an unknown one is told those there are") {
  const auto play = parse_kubeconfig(two_contexts, "config", "play");
  REQUIRE(play);
  CHECK(play->token.reveal() == "abc");
  CHECK_FALSE(play->verify);
  CHECK(play->proxy == "http://proxy:3128");
  const auto none = parse_kubeconfig(two_contexts, "config", "rest");
  REQUIRE_FALSE(none);
  CHECK(none.error().kind == ErrorKind::ask);
  CHECK(none.error().fix == "those there are: work, play");
}

TEST_CASE("of several files the first that names a thing counts") {
  const Folder folder;
  const auto first = folder.write("first",
                                  "contexts: [{name: play, context: {cluster: near, user: eve}}]\n"
                                  "users: [{name: eve, user: {token: of-eve}}]\ncurrent-context: play\n");
  const auto access =
      read_kubeconfig(first + ":" + folder.path + "/absent:" + folder.write("second", two_contexts));
  REQUIRE(access);
  CHECK(access->token.reveal() == "of-eve");
  CHECK(access->server == "https://127.0.0.1:6443");
}

TEST_CASE("what is wrong in a kubeconfig is named with its place") {
  const auto error = [](const std::string& text) {
    const auto access = parse_kubeconfig(text, "config");
    REQUIRE_FALSE(access);
    return access.error().text();
  };
  CHECK_THAT(error("just words\n"), Catch::Contains("this is no kubeconfig"));
  CHECK_THAT(error("clusters: []\n"), Catch::Contains("no current context"));
  const std::string rest = "contexts: [{name: a, context: {cluster: a, user: a}}]\ncurrent-context: a\n";
  CHECK_THAT(error("clusters: [{name: a, cluster: {server: somewhere}}]\n" + rest),
             Catch::Contains("server is no URL") && Catch::Contains("config:1"));
  const std::string cluster = "clusters: [{name: a, cluster: {server: 'https://a'}}]\n";
  CHECK_THAT(error(cluster + "users: [{name: a, user: {client-certificate: gone.crt}}]\n" + rest),
             Catch::Contains("names a file that is not there: gone.crt"));
  CHECK_THAT(error(cluster + "users: [{name: a, user: {client-certificate-data: '###'}}]\n" + rest),
             Catch::Contains("not Base64"));
  CHECK_THAT(error(cluster + "users: [{name: a, user: {auth-provider: {name: gcp}}}]\n" + rest),
             Catch::Contains("no longer"));
}

TEST_CASE("a written kubeconfig says the same as the one it was read from, without its files") {
  const Folder folder;
  folder.write("pki/ca.crt", "the ca");
  folder.write("ann.crt", "the certificate");
  const auto access = read_kubeconfig(folder.write("config", two_contexts));
  REQUIRE(access);
  const auto again = parse_kubeconfig(to_kubeconfig(*access).reveal(), "");
  REQUIRE(again);
  CHECK(again->ca_pem == access->ca_pem);
  CHECK(again->key_pem == access->key_pem);
  CHECK(again->server_name == access->server_name);
  CHECK(again->namespace_name == "openstack");
}

TEST_CASE(
    "a program named by the kubeconfig gives the token, and is asked again when the server refuses it") {
  const Folder folder;
  KubernetesApi api;
  api.accept_token("token-1", "robot");
  folder.write("give",
               "#!/bin/sh\nn=$(($(cat " + folder.path + "/count 2>/dev/null || echo 0) + 1))\necho $n > " +
                   folder.path + "/count\necho \"$KUBERNETES_EXEC_INFO\" > " + folder.path +
                   "/info\necho '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":"
                   "\"ExecCredential\",\"status\":{\"token\":\"token-'$n'\"}}'\n",
               0700);
  const auto text =
      "clusters: [{name: a, cluster: {server: '" + api.url() +
      "', certificate-authority-data: " + to_base64(api.authority().pem()) +
      "}}]\nusers: [{name: a, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./give, "
      "provideClusterInfo: true}}}]\ncontexts: [{name: a, context: {cluster: a, user: "
      "a}}]\ncurrent-context: a\n";
  const auto access = read_kubeconfig(folder.write("config", text));
  REQUIRE(access);
  Cluster cluster(*access);
  REQUIRE(cluster.get("/version"));
  REQUIRE(cluster.get("/version"));
  CHECK(read_file(folder.path + "/count").value().value() == "1\n");
  CHECK(Json::parse(read_file(folder.path + "/info").value().value()).at("spec").at("cluster").at("server") ==
        api.url());
  api.accept_token("token-2", "robot");
  REQUIRE(cluster.get("/version"));
  CHECK(read_file(folder.path + "/count").value().value() == "2\n");
  api.accept_token("something else", "robot");
  const auto refused = cluster.get("/version");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().has_code("Unauthorized"));
  CHECK(read_file(folder.path + "/count").value().value() == "3\n");
}

TEST_CASE("a program that is not there or fails is named with its hint or its own words") {
  const Folder folder;
  const auto access = [&](const std::string& exec) {
    const auto read = parse_kubeconfig(
        "clusters: [{name: a, cluster: {server: 'https://127.0.0.1:1'}}]\nusers: [{name: a, user: {exec: "
        "{apiVersion: "
        "client.authentication.k8s.io/v1, " +
            exec +
            "}}}]\ncontexts: [{name: a, context: {cluster: a, user: "
            "a}}]\ncurrent-context: a\n",
        folder.path + "/config");
    REQUIRE(read);
    return *read;
  };
  Cluster absent(access("command: no-such-program-here, installHint: get it from the shop"));
  CHECK_THAT(absent.get("/version").error().text(),
             Catch::Contains("which is not there") && Catch::Contains("get it from the shop"));
  folder.write("fail", "#!/bin/sh\necho please log in >&2\nexit 3\n", 0700);
  Cluster failing(access("command: ./fail"));
  CHECK_THAT(failing.get("/version").error().text(), Catch::Contains("ended with 3: please log in"));
}

TEST_CASE("certificates and tokens say until when they are good") {
  const Authority authority;
  const auto facts = read_certificate(authority.client("ann", "people", -7200, -60).certificate_pem);
  REQUIRE(facts);
  CHECK(facts->subject == "O=people, CN=ann");
  CHECK(facts->not_after < std::chrono::system_clock::now());
  CHECK_FALSE(read_certificate("no certificate"));
  CHECK(time_text(token_end("e30." + to_base64(R"({"exp":1767225600})") + ".sig").value()) ==
        "2026-01-01T00:00:00Z");
  CHECK_FALSE(token_end("opaque"));
}

TEST_CASE("quantities are read as Kubernetes writes them") {
  CHECK(quantity("500m").value() == Approx(0.5));
  CHECK(quantity("2").value() == 2);
  CHECK(quantity("1.5Gi").value() == 1.5 * 1024 * 1024 * 1024);
  CHECK(quantity("16333212Ki").value() == 16333212.0 * 1024);
  CHECK(quantity("1e3").value() == 1000);
  CHECK_FALSE(quantity("much"));
}
