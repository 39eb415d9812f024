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
  std::string client;  // common name of the client's certificate; empty: it showed none that is believed
};

struct HttpResponse {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers = {};
  bool hang = false;  // never answer; the connection stays open until the server ends
  // Instead of `body`: pieces sent one by one, each as soon as it is returned; nothing ends the answer. Called
  // outside the handler's lock, and may wait.
  std::function<std::optional<std::string>()> pieces = {};
  bool cut = false;  // the connection ends after the last piece, as if it broke
};

class HttpServer {
 public:
  using Handler =
      std::function<HttpResponse(const HttpRequest&)>;  // called from several threads, one at a time
  // With `clients`, an authority as PEM, it asks for certificates of it. As with an API server of Kubernetes,
  // the handshake goes through with any or none.
  explicit HttpServer(Handler handler, std::optional<Certificate> certificate = {},
                      const std::string& clients = {});
  ~HttpServer();  // ends all connections
  int port() const;
  std::string url() const;  // "http://127.0.0.1:PORT"

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace microstack::testing
