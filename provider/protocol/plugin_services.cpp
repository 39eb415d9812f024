#include "provider/protocol/plugin_services.h"

#include <chrono>

namespace microstack::protocol {

void ClientStreams::opened(grpc::ServerContext& stream) {
  std::scoped_lock lock(mutex_);
  open_.insert(&stream);
  changed_(open_.size());
  if (ended_) stream.TryCancel();
}

void ClientStreams::closed(grpc::ServerContext& stream) {
  std::scoped_lock lock(mutex_);
  open_.erase(&stream);
  changed_(open_.size());
}

void ClientStreams::end_all() {
  std::scoped_lock lock(mutex_);
  ended_ = true;
  for (auto* stream : open_) stream->TryCancel();
  ending_.notify_all();
}

void ClientStreams::wait_for_end(const grpc::ServerContext& call) {
  constexpr std::chrono::seconds beat{1};  // a synchronous call is not told that it is cancelled
  std::unique_lock lock(mutex_);
  while (!ended_ && !call.IsCancelled()) ending_.wait_for(lock, beat);
}

grpc::Status StdioService::StreamStdio(grpc::ServerContext* context, const google::protobuf::Empty*,
                                       grpc::ServerWriter<plugin::StdioData>*) {
  streams_.wait_for_end(*context);
  return grpc::Status::OK;
}

grpc::Status BrokerService::StartStream(
    grpc::ServerContext* context, grpc::ServerReaderWriter<plugin::ConnInfo, plugin::ConnInfo>* stream) {
  streams_.opened(*context);
  plugin::ConnInfo unused;
  while (stream->Read(&unused)) {
  }
  streams_.closed(*context);
  return grpc::Status::OK;
}

grpc::Status ControllerService::Shutdown(grpc::ServerContext*, const plugin::Empty*, plugin::Empty*) {
  shutdown_();
  return grpc::Status::OK;
}

grpc::Status HealthService::Check(grpc::ServerContext*, const grpc::health::v1::HealthCheckRequest* request,
                                  grpc::health::v1::HealthCheckResponse* response) {
  if (request->service() != "plugin" && !request->service().empty())
    return {grpc::StatusCode::NOT_FOUND, "no such service"};
  response->set_status(grpc::health::v1::HealthCheckResponse::SERVING);
  return grpc::Status::OK;
}

}  // namespace microstack::protocol
