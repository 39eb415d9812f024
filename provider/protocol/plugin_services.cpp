#include "provider/protocol/plugin_services.h"

#include <atomic>

namespace microstack::protocol {

void ClientStreams::opened(Stream& stream) {
  std::scoped_lock lock(mutex_);
  if (ended_) {
    stream.end();
  } else {
    open_.insert(&stream);
    changed_(open_.size());
  }
}

void ClientStreams::closed(Stream& stream) {
  std::scoped_lock lock(mutex_);
  if (open_.erase(&stream)) changed_(open_.size());
}

void ClientStreams::end_all() {
  std::scoped_lock lock(mutex_);
  ended_ = true;
  for (Stream* stream : open_) stream->end();
}

namespace {

// A reactor that is finished once, by whichever of client and server is first, and frees itself when gRPC is
// done with it.
template <class Reactor>
class HeldOpen : public Reactor, public ClientStreams::Stream {
 public:
  explicit HeldOpen(ClientStreams& streams) : streams_(streams) {}

  void end() override {
    if (!ended_.exchange(true)) this->Finish(grpc::Status::OK);
  }
  void OnCancel() override { end(); }
  void OnDone() override {
    streams_.closed(*this);
    delete this;
  }

 private:
  ClientStreams& streams_;
  std::atomic<bool> ended_ = false;
};

using StdioReactor = grpc::ServerWriteReactor<plugin::StdioData>;
using BrokerReactor = grpc::ServerBidiReactor<plugin::ConnInfo, plugin::ConnInfo>;

// Whoever starts programs on a provider's behalf does not share the provider's stdout, so nothing is ever
// sent.
class Stdio final : public HeldOpen<StdioReactor> {
  using HeldOpen::HeldOpen;
};

class Broker final : public HeldOpen<BrokerReactor> {
 public:
  explicit Broker(ClientStreams& streams) : HeldOpen(streams) { StartRead(&read_); }
  void OnReadDone(bool ok) override { ok ? StartRead(&read_) : end(); }

 private:
  plugin::ConnInfo read_;
};

// Registered only when it is whole: another thread may end it at once.
template <class Held>
Held* hold_open(ClientStreams& streams) {
  auto* held = new Held(streams);
  streams.opened(*held);
  return held;
}

class Farewell final : public grpc::ServerUnaryReactor {
 public:
  explicit Farewell(const std::function<void()>& then) : then_(then) { Finish(grpc::Status::OK); }
  void OnDone() override {
    then_();
    delete this;
  }

 private:
  const std::function<void()>& then_;
};

}  // namespace

grpc::ServerWriteReactor<plugin::StdioData>* StdioService::StreamStdio(grpc::CallbackServerContext*,
                                                                       const google::protobuf::Empty*) {
  return hold_open<Stdio>(streams_);
}

grpc::ServerBidiReactor<plugin::ConnInfo, plugin::ConnInfo>* BrokerService::StartStream(
    grpc::CallbackServerContext*) {
  return hold_open<Broker>(streams_);
}

grpc::ServerUnaryReactor* ControllerService::Shutdown(grpc::CallbackServerContext*, const plugin::Empty*,
                                                      plugin::Empty*) {
  return new Farewell(shutdown_);
}

}  // namespace microstack::protocol
