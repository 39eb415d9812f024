// go-plugin's services beside the provider's own. The two streams hold a thread each, blocked: gRPC's callback
// services would hold none, but bring two threads of their own that take turns with the server's at every
// message, which costs a third of the processor time of a plan.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>

#include "provider/protocol/go_plugin.grpc.pb.h"
#include "provider/protocol/health.grpc.pb.h"

namespace microstack::protocol {

// The broker streams: a client holds one open as long as it lives. `changed` is called, from any thread, with
// the number of those that are open now.
class ClientStreams {
 public:
  explicit ClientStreams(std::function<void(size_t)> changed) : changed_(std::move(changed)) {}

  void opened(grpc::ServerContext&);
  void closed(grpc::ServerContext&);

  // Ends all that are open, and those that are opened later at once.
  void end_all();
  // Until end_all() or the call is cancelled.
  void wait_for_end(const grpc::ServerContext&);

 private:
  std::function<void(size_t)> changed_;
  std::mutex mutex_;
  std::condition_variable ending_;
  std::set<grpc::ServerContext*> open_;
  bool ended_ = false;
};

// Whoever starts programs on a provider's behalf does not share the provider's stdout, so nothing is ever sent.
class StdioService final : public plugin::GRPCStdio::Service {
 public:
  explicit StdioService(ClientStreams& streams) : streams_(streams) {}
  grpc::Status StreamStdio(grpc::ServerContext*, const google::protobuf::Empty*,
                           grpc::ServerWriter<plugin::StdioData>*) override;

 private:
  ClientStreams& streams_;
};

class BrokerService final : public plugin::GRPCBroker::Service {
 public:
  explicit BrokerService(ClientStreams& streams) : streams_(streams) {}
  grpc::Status StartStream(grpc::ServerContext*,
                           grpc::ServerReaderWriter<plugin::ConnInfo, plugin::ConnInfo>*) override;

 private:
  ClientStreams& streams_;
};

// Calls `shutdown`; the server answers before it ends.
class ControllerService final : public plugin::GRPCController::Service {
 public:
  explicit ControllerService(std::function<void()> shutdown) : shutdown_(std::move(shutdown)) {}
  grpc::Status Shutdown(grpc::ServerContext*, const plugin::Empty*, plugin::Empty*) override;

 private:
  std::function<void()> shutdown_;
};

class HealthService final : public grpc::health::v1::Health::Service {
 public:
  grpc::Status Check(grpc::ServerContext*, const grpc::health::v1::HealthCheckRequest*,
                     grpc::health::v1::HealthCheckResponse*) override;
};

}  // namespace microstack::protocol
