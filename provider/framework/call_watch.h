// Cancels calls in flight: at StopProvider all of them, else the one whose Terraform has gone or whose time
// is over.
#pragma once

#include <grpcpp/server_context.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "provider/framework/call.h"

namespace microstack::terraform {

class CallWatch {
 public:
  CallWatch() = default;
  ~CallWatch();

  // Watched for the life of this; the call must outlive it. `context` may be null.
  class Watched {
   public:
    Watched(CallWatch& watch, Call& call, grpc::ServerContext* context);
    ~Watched();
    Watched(const Watched&) = delete;

   private:
    CallWatch& watch_;
    Call& call_;
  };

  // Only those in flight: a debugged provider serves the next run afterwards.
  void cancel_all(Call::Cause cause);

 private:
  struct Entry {
    Call* call;
    grpc::ServerContext* context;
  };
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry> calls_;
  bool ending_ = false;
  std::thread thread_;  // made with the first call: a provider that is only asked for its schema has none
};

}  // namespace microstack::terraform
