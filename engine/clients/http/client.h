// HTTP(S) over libcurl, which is opened at first use: Debian's libcurl cannot be linked statically, and
// loading it costs 3.4 ms and 30 libraries that most runs do not need. Bodies and authentication headers are
// in no error.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/secret.h"

namespace microstack::http {

// A body that is read while it is sent.
struct Upload {
  std::int64_t size = -1;                                           // bytes; < 0: chunked
  std::function<std::size_t(char* buffer, std::size_t size)> read;  // 0 at the end
  std::function<bool()> rewind = [] { return false; };              // to the start again, for another attempt
};
Result<Upload> upload_file(const std::string& path);

struct Request {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<Upload> upload;             // instead of body
  std::chrono::milliseconds limit{60'000};  // of one attempt
  // Idempotent calls are tried again. Unset: GET, HEAD, PUT and DELETE are idempotent, POST and PATCH are
  // not.
  std::optional<bool> idempotent;
  std::function<void(std::int64_t done, std::int64_t total)>
      progress;  // bytes sent, or received when nothing is sent
  std::function<bool(std::string_view bytes)>
      on_data;  // takes the body of a 2xx answer as it comes; false ends the call
};
Request get(std::string url);
Request post_json(std::string url, const Json& body);

struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  bool ok() const { return status >= 200 && status < 300; }
  std::string header(const std::string& lower_case_name) const;
  // x-openstack-request-id, x-request-id; empty where there is none.
  std::string request_id() const;
  Result<Json> json() const;
};

struct Options {
  std::string ca_file;  // PEM; with ca_pem empty and this empty: the system's authorities
  std::string ca_pem;   // PEM in memory; only these authorities are believed
  std::map<std::string, std::string>
      connect_to;                      // "host:port" of the URL -> "address:port" that is connected to
  std::string client_certificate_pem;  // with its chain; shown to servers that ask who is calling
  Secret client_key_pem;
  bool verify = true;  // false: any certificate is believed, as some kubeconfigs want it
  std::string user_agent = "microstack";
  std::chrono::milliseconds connect_limit{10'000};
  std::size_t max_body = 64u << 20;  // bytes of a body kept in memory
  int attempts = 4;  // of an idempotent call; others are tried again only when nothing was sent
  std::chrono::milliseconds backoff{250};             // doubled each time, up to 8 s
  std::chrono::milliseconds max_retry_after{30'000};  // a longer Retry-After is not waited for
  bool use_proxy = true;                              // of the environment (https_proxy, no_proxy)
  std::string proxy;                                  // this one instead of the environment's
  // Waits; false when stopped. Tests replace it.
  std::function<bool(std::chrono::milliseconds, std::stop_token)> wait;
};

// Safe to use from several threads: each call takes an idle connection or opens one, and leaves it for the
// next call.
class Client {
 public:
  explicit Client(Options options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Any answer of the server is a value, whatever its status; an error means there was none. Errors: retry
  // (refused, timeout, reset, stopped), ask (name not found, certificate not trusted, no libcurl), give_up
  // (malformed URL). A certificate that is not trusted has the code certificate-expired (or not valid yet),
  // certificate-name or certificate-authority; a client certificate that cannot be used client-certificate.
  Result<Response> send(const Request& request, std::stop_token stop = {});

 private:
  class Connection;
  Result<Response> attempt(const Request& request, std::stop_token stop, bool& nothing_sent);
  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection);

  Options options_;
  struct Idle;
  std::unique_ptr<Idle> idle_;
};

// An answer that is no 2xx as an error: "GET https://...: 404 ...", with the server's own message and its
// request id. 408, 429 and 5xx are of kind retry, 401, 403 and 409 of kind ask, the rest give_up.
Error status_error(const Request& request, const Response& response);
// send(), where anything but 2xx is an error.
Result<Response> send_ok(Client& client, const Request& request, std::stop_token stop = {});

}  // namespace microstack::http
