// How the service runs a call; included by the files that implement it.
#pragma once

#include "provider/framework/operations.h"
#include "provider/framework/service.h"
#include "provider/framework/wire.h"

namespace microstack::terraform {

template <class Thing, class Response, class Body>
grpc::Status Service::with(const ByName<Thing>& all, const std::string& type, const char* operation,
                           grpc::ServerContext* context, Response* response, Body&& body) {
  Call call(type + ": " + operation);
  auto found = all.find(type);
  if (found == all.end()) {
    call.error("Unknown type " + type,
               "This version of the provider (" + provider_.version() + ") does not have it.");
  } else {
    listen(call, type);
    CallWatch::Watched watched(watch_, call, context);
    auto status = guarded(call, [&]() -> Status { return body(*found->second, call); });
    if (!status) call.diagnostics().add(status.error());
  }
  wire::write(call.diagnostics(), response->mutable_diagnostics());
  return grpc::Status::OK;
}

}  // namespace microstack::terraform
