// A Kubernetes API server: objects as JSON, by the paths of its REST API.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/clients/http/client.h"
#include "engine/clients/kubernetes/credentials.h"
#include "engine/clients/kubernetes/kubeconfig.h"

namespace microstack::kubernetes {

// Which objects of a list.
struct Selection {
  std::string labels;  // "app=a,tier in (b,c)"
  std::string fields;  // "metadata.name=a"
};

// Every error that an API server answered carries its reason as code: NotFound, AlreadyExists, Conflict, Forbidden,
// Unauthorized, Invalid, Expired, ... Safe to use from several threads.
class Cluster {
 public:
  struct Options {
    std::chrono::milliseconds limit{30'000};  // of one call
    std::string manager = "microstack";       // who owns the fields that are applied
    int attempts = 4;                         // of calls that may be repeated
    std::function<bool(std::chrono::milliseconds, std::stop_token)> wait = {};  // tests replace it
  };
  explicit Cluster(Access access) : Cluster(std::move(access), Options{}) {}
  Cluster(Access access, Options options);
  ~Cluster();

  // Any status is a value, except 401 where the credentials can be renewed: that is done once.
  Result<http::Response> call(http::Request request, std::stop_token stop = {});
  // The same, where anything but 2xx is an error. `path` begins with /api or /apis; an empty answer is null.
  Result<Json> send(const std::string& method, const std::string& path, const Json& body = nullptr,
                    std::stop_token stop = {});
  Result<Json> get(const std::string& path, std::stop_token stop = {}) {
    return send("GET", path, nullptr, stop);
  }

  struct List {
    std::vector<Json> items;  // with apiVersion and kind, which the API leaves out of lists
    std::string version;      // where a watch begins
  };
  // All pages. A list that changed too much between two pages is begun again, twice at most.
  Result<List> list(const std::string& path, const Selection& selection = {}, std::stop_token stop = {});

  // Server-side apply: the fields of `object` become ours and get these values, and fields that we owned and
  // are no longer named go away; other people's fields stay. `force`: also those that somebody else owns
  // (else an error with code Conflict that names them).
  Result<Json> apply(const Json& object, bool force = true, std::stop_token stop = {});
  // Goes on in the background until its finalizers are done; an object that is not there is success.
  Status remove(const std::string& path, std::stop_token stop = {});

  // The last lines a container wrote; `previous`: those of its last life. Kubernetes answers for pods only.
  Result<std::string> log(const std::string& namespace_name, const std::string& pod,
                          const std::string& container, int lines, bool previous, std::stop_token stop = {});

  // Where an object lives, by its apiVersion, kind, name and namespace (where it has none and needs one: that
  // of the kubeconfig's context). Asks the server once for each apiVersion. Error: an unknown kind, with
  // those there are of that version.
  Result<std::string> path_of(const Json& object, std::stop_token stop = {});

  const Access& access() const { return access_; }
  const Options& options() const { return options_; }

 private:
  struct Kind {
    std::string plural;
    bool namespaced = false;
  };
  struct Way {
    std::string base;  // of URLs
    std::map<std::string, std::string> connect_to;
  };
  static Way way_to(const Access& access);
  std::shared_ptr<http::Client> client(const Credentials& credentials);
  Result<List> list_once(const std::string& path, const Selection& selection, std::stop_token stop);

  Access access_;
  Options options_;
  CredentialSource credentials_;
  Way way_;
  std::mutex mutex_;  // of what follows
  std::shared_ptr<http::Client> client_;
  Credentials client_credentials_;
  std::map<std::string, std::map<std::string, Kind>> kinds_;  // apiVersion -> kind
};

// /api/v1 or /apis/GROUP/VERSION, with the namespace where there is one.
std::string api_path(const std::string& api_version, const std::string& namespace_name = {});
// "&labelSelector=...&fieldSelector=..."
std::string query_of(const Selection& selection);
// An answer that is no 2xx as an error with the server's own words.
Error refusal(const http::Request& request, const http::Response& response);
// An ERROR event's or an answer's object of kind Status as an error.
Error error_of_status(const Json& status, const std::string& where);
// A text or "" by a path of keys and indices: text_at(pod, "/status/phase").
std::string text_at(const Json& object, const std::string& pointer);
// The part at a path, or null.
const Json& part_at(const Json& object, const std::string& pointer);

}  // namespace microstack::kubernetes
