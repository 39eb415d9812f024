// The smallest provider that Terraform accepts: tiny_thing { input, id }. What `input` says is what happens
// in apply:
//   throw   an exception leaves the handler
//   crash   a thread dies of an exception
//   wait    waits until it is told to stop, then returns an error
//   deaf    waits and does not listen
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "provider/protocol/serve.h"
#include "tests/support/wire/value.h"

using namespace microstack;
using namespace tfplugin6;

namespace {

void describe(Schema& schema) {
  schema.mutable_block();
  auto add = [&](const char* name, bool computed) {
    auto* attribute = schema.mutable_block()->add_attributes();
    attribute->set_name(name);
    attribute->set_type("\"string\"");
    attribute->set_optional(!computed);
    attribute->set_computed(computed);
  };
  add("id", true);
  add("input", false);
}

class Tiny final : public tfplugin6::Provider::Service {
 public:
  explicit Tiny(std::stop_token leaving) : leaving_(std::move(leaving)) {}

  grpc::Status GetProviderSchema(grpc::ServerContext*, const GetProviderSchema::Request*,
                                 GetProviderSchema::Response* response) override {
    response->mutable_provider()->mutable_block();
    response->mutable_server_capabilities()->set_get_provider_schema_optional(true);
    describe((*response->mutable_resource_schemas())["tiny_thing"]);
    return grpc::Status::OK;
  }
  grpc::Status ValidateProviderConfig(grpc::ServerContext*, const ValidateProviderConfig::Request*,
                                      ValidateProviderConfig::Response*) override {
    return grpc::Status::OK;
  }
  grpc::Status ConfigureProvider(grpc::ServerContext*, const ConfigureProvider::Request*,
                                 ConfigureProvider::Response*) override {
    return grpc::Status::OK;
  }
  grpc::Status ValidateResourceConfig(grpc::ServerContext*, const ValidateResourceConfig::Request*,
                                      ValidateResourceConfig::Response*) override {
    return grpc::Status::OK;
  }
  grpc::Status UpgradeResourceState(grpc::ServerContext*, const UpgradeResourceState::Request* request,
                                    UpgradeResourceState::Response* response) override {
    response->mutable_upgraded_state()->set_json(request->raw_state().json());
    return grpc::Status::OK;
  }
  grpc::Status ReadResource(grpc::ServerContext*, const ReadResource::Request* request,
                            ReadResource::Response* response) override {
    *response->mutable_new_state() = request->current_state();
    return grpc::Status::OK;
  }
  grpc::Status PlanResourceChange(grpc::ServerContext*, const PlanResourceChange::Request* request,
                                  PlanResourceChange::Response* response) override {
    auto planned = wire::json(request->proposed_new_state());
    if (planned.is_object() && planned["id"].is_null()) planned["id"] = wire::unknown();
    *response->mutable_planned_state() = wire::dynamic(planned);
    return grpc::Status::OK;
  }
  grpc::Status ApplyResourceChange(grpc::ServerContext* context, const ApplyResourceChange::Request* request,
                                   ApplyResourceChange::Response* response) override {
    auto state = wire::json(request->planned_state());
    std::string input = state.is_object() && state["input"].is_string() ? state["input"] : "";
    if (input == "throw") throw std::runtime_error("the roof is on fire");
    if (input == "crash") std::thread([] { throw std::runtime_error("the roof has fallen in"); }).join();
    if (input == "deaf") wait([] { return false; });
    if (input == "wait") {
      wait([&] { return stopped_ || leaving_.stop_requested() || context->IsCancelled(); });
      auto* diagnostic = response->add_diagnostics();
      diagnostic->set_severity(Diagnostic::ERROR);
      diagnostic->set_summary("Stopped");
      return grpc::Status::OK;
    }
    if (state.is_object()) state["id"] = "tiny";
    *response->mutable_new_state() = wire::dynamic(state);
    return grpc::Status::OK;
  }
  grpc::Status StopProvider(grpc::ServerContext*, const StopProvider::Request*,
                            StopProvider::Response*) override {
    std::scoped_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
    return grpc::Status::OK;
  }

 private:
  template <class Done>
  void wait(Done done) {
    std::unique_lock lock(mutex_);
    while (!done()) changed_.wait_for(lock, std::chrono::milliseconds(20));
  }

  std::stop_token leaving_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  auto log = protocol::Log::from_environment("tiny");
  protocol::ServeOptions options{.address = "terraform.local/test/tiny",
                                 .debug = protocol::debug_requested(argc, argv)};
  Tiny service(options.leaving.get_token());
  protocol::serve(service, log, options);
}
