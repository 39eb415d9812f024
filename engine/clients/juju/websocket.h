// The wire: websocket over TLS 1.2 or newer, no compression, one JSON object per text frame.
#pragma once

#include "engine/clients/juju/transport.h"

namespace microstack::juju {

class WebsocketDialer : public Dialer {
 public:
  struct Options {
    std::string client_version = "4.0.14";  // header X-Juju-ClientVersion
    std::chrono::milliseconds silence{
        60'000};                         // then a ping is sent; twice this without an answer is the end
    std::size_t max_frame = 256u << 20;  // bytes; the status of a thousand units is about 1 MB
  };
  WebsocketDialer() = default;
  explicit WebsocketDialer(Options options) : options_(std::move(options)) {}

  Result<std::unique_ptr<Transport>> open(const std::string& address, const std::string& path,
                                          const Trust& trust, Receiver receiver, const Limit& limit) override;

 private:
  Options options_;
};

}  // namespace microstack::juju
