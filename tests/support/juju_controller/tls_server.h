// Websockets and HTTP over real TLS on loopback, with the faults a network and a busy server have.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/juju_controller/certificates.h"

namespace microstack::testing {

struct WebRequest {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  // names in lower case
};
struct HttpReply {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers = {};
};

// Sends a text frame; nothing: closes the websocket with code 1000. May be called from any thread, also late.
using Send = std::function<void(std::optional<std::string> frame)>;

// One websocket. frame() is called on the server's thread.
class Conversation {
 public:
  virtual ~Conversation() = default;
  virtual void frame(const std::string& text) = 0;
};

class TlsServer {
 public:
  struct Service {
    std::function<int(const std::string& path)> upgrade;  // 101, or the HTTP status that refuses
    std::function<std::shared_ptr<Conversation>(const std::string& path, Send send)> open;
    std::function<HttpReply(const WebRequest& request)> http;
  };

  TlsServer(CertifiedKey certificate, Service service);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  int port() const;
  std::string address() const { return "127.0.0.1:" + std::to_string(port()); }

  // The n-th frame from now on (in either direction, 1 is the next) is lost and its connection cut, once.
  void cut_at(int n);
  bool cut_happened() const;
  // Frames of both directions since the start or the last cut_at().
  int frames() const;
  // Answers leave this much later.
  void delay(std::chrono::milliseconds time);
  // Ends all connections and listens no more; then again on the same port.
  void stop();
  void start();
  int connections() const;  // that are open
  // Runs it on the server's thread, and waits for it.
  void run(const std::function<void()>& work) const;

  struct State;  // of the implementation

 private:
  std::unique_ptr<State> state_;
};

}  // namespace microstack::testing
