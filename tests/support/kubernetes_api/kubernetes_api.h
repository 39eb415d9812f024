// An API server of Kubernetes for tests: objects over TLS with certificates and tokens, server-side apply, lists with
// selectors and pages, watches with a past that can be forgotten. No controllers run: what they would make is put.
// The contract test holds it to what a real one answers. Lists within objects are one value to apply (a real one
// merges those with keys), which is all that is simpler here.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "tests/support/http_server/http_server.h"

namespace microstack::testing {

class KubernetesApi {
 public:
  struct Options {
    long certificate_until = 3600;  // of the server, seconds from now
    std::string certificate_address = "127.0.0.1";
  };
  KubernetesApi() : KubernetesApi(Options{}) {}
  explicit KubernetesApi(const Options& options);
  ~KubernetesApi();

  std::string url() const { return server_->url(); }
  const Authority& authority() const { return authority_; }
  // A kubeconfig of the administrator, of a user with that certificate, or of one with that token.
  std::string kubeconfig() const;
  std::string kubeconfig(const Certificate& client, const std::string& ca_pem = {}) const;
  std::string kubeconfig_of_token(const std::string& token) const;

  // As a controller would: an object as it is, its status with it.
  void put(Json object);
  void erase(const std::string& path);
  Json at(const std::string& path);  // null: not there

  void set_version(const std::string& version);
  void set_log(const std::string& pod, const std::string& container, bool previous, const std::string& text);
  void accept_token(const std::string& token, const std::string& user);
  void forbid(const std::string& user);  // everything but asking what it may
  // The next watch connections end in the middle of a line after so many events.
  void cut_watches_after(int events, int times);
  void forget_the_past();  // watches and pages from before get 410
  int requests(const std::string& method_and_path_beginning);

 private:
  struct Change {
    long version;
    std::string collection, type;
    Json object;
  };
  HttpResponse answer(const HttpRequest& request);
  HttpResponse of_object(const HttpRequest& request, const std::string& path);
  HttpResponse of_list(const HttpRequest& request, const std::string& path,
                       const std::map<std::string, std::string>& query);
  HttpResponse follow(const std::string& path, const std::map<std::string, std::string>& query);
  HttpResponse apply(const std::string& path, const Json& wanted,
                     const std::map<std::string, std::string>& query);
  HttpResponse log(const std::string& path, const std::map<std::string, std::string>& query);
  void store(const std::string& path, Json object);
  void drop(const std::string& path);

  Authority authority_{"kubernetes"};
  Certificate admin_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  long version_ = 1, forgotten_ = 0;
  int cut_after_ = -1, cut_times_ = 0;
  std::map<std::string, Json> objects_;                               // by path
  std::map<std::string, std::map<std::string, std::string>> owners_;  // path -> field -> manager
  std::vector<Change> changes_;
  std::map<std::string, std::string> logs_, tokens_;
  std::set<std::string> forbidden_;
  std::string git_version_ = "v1.33.13";
  std::vector<std::string> seen_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace microstack::testing
