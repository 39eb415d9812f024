// go-plugin's services beside the provider's own. They use no thread while they wait.
#pragma once

#include <functional>
#include <mutex>
#include <set>

#include "provider/protocol/go_plugin.grpc.pb.h"

namespace microstack::protocol {

// The streams that a client holds open as long as it lives. `changed` is called, from any thread, with the
// number of streams that are open now.
class ClientStreams {
 public:
  explicit ClientStreams(std::function<void(size_t)> changed) : changed_(std::move(changed)) {}

  // An open stream; end() may be called from any thread, at most once, and only while the stream is
  // registered.
  class Stream {
   public:
    virtual void end() = 0;

   protected:
    ~Stream() = default;
  };

  void opened(Stream&);
  void closed(Stream&);

  // Ends all that are open, and those that are opened later at once.
  void end_all();

 private:
  std::function<void(size_t)> changed_;
  std::mutex mutex_;
  std::set<Stream*> open_;
  bool ended_ = false;
};

class StdioService final : public plugin::GRPCStdio::CallbackService {
 public:
  explicit StdioService(ClientStreams& streams) : streams_(streams) {}
  grpc::ServerWriteReactor<plugin::StdioData>* StreamStdio(grpc::CallbackServerContext*,
                                                           const google::protobuf::Empty*) override;

 private:
  ClientStreams& streams_;
};

class BrokerService final : public plugin::GRPCBroker::CallbackService {
 public:
  explicit BrokerService(ClientStreams& streams) : streams_(streams) {}
  grpc::ServerBidiReactor<plugin::ConnInfo, plugin::ConnInfo>* StartStream(
      grpc::CallbackServerContext*) override;

 private:
  ClientStreams& streams_;
};

// Calls `shutdown` after the answer has been handed to the transport.
class ControllerService final : public plugin::GRPCController::CallbackService {
 public:
  explicit ControllerService(std::function<void()> shutdown) : shutdown_(std::move(shutdown)) {}
  grpc::ServerUnaryReactor* Shutdown(grpc::CallbackServerContext*, const plugin::Empty*,
                                     plugin::Empty*) override;

 private:
  std::function<void()> shutdown_;
};

}  // namespace microstack::protocol
