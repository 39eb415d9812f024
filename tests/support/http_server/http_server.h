// An HTTP/1.1 server within the test, on a free port of 127.0.0.1, a thread per connection; with TLS when it
// is given a certificate.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/http_server/certificate.h"

namespace microstack::testing {

struct HttpRequest {
  std::string method;
  std::string path;                            // without the query
  std::string query;                           // without the question mark
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  int connection = 0;  // number of the connection it came over
};

struct HttpResponse {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers = {};
  bool hang = false;  // never answer; the connection stays open until the server ends
};

class HttpServer {
 public:
  using Handler =
      std::function<HttpResponse(const HttpRequest&)>;  // called from several threads, one at a time
  explicit HttpServer(Handler handler, std::optional<Certificate> certificate = {});
  ~HttpServer();  // ends all connections
  int port() const;
  std::string url() const;  // "http://127.0.0.1:PORT"

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace microstack::testing
