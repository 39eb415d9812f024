#include "provider/protocol/guard.h"

#include <chrono>
#include <exception>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace microstack::protocol {
namespace {

using Clock = std::chrono::steady_clock;

// The type or function that a request is about; never its values.
template <class Request>
std::string subject(const Request& request) {
  if constexpr (requires { request.type_name(); })
    return request.type_name();
  else if constexpr (requires { request.target_type_name(); })
    return request.target_type_name();
  else if constexpr (requires { request.action_type(); })
    return request.action_type();
  else if constexpr (requires { request.name(); })
    return request.name();
  else
    return "";
}

template <class Diagnostics>
void add_error(Diagnostics& diagnostics, const std::string& summary, const std::string& detail) {
  auto* diagnostic = diagnostics.Add();
  diagnostic->set_severity(tfplugin6::Diagnostic::ERROR);
  diagnostic->set_summary(summary);
  diagnostic->set_detail(detail);
}

// Each answer has its own place for an error.
template <class Answer>
void report(Answer& answer, const std::string& summary, const std::string& detail) {
  if constexpr (requires { answer.mutable_diagnostics(); })
    add_error(*answer.mutable_diagnostics(), summary, detail);
  else if constexpr (requires { answer.set_error(detail); })
    answer.set_error(summary + ": " + detail);
  else
    answer.mutable_error()->set_text(summary + ": " + detail);
}
void report(grpc::ServerWriter<tfplugin6::ListResource::Event>& events, const std::string& summary,
            const std::string& detail) {
  tfplugin6::ListResource::Event event;
  add_error(*event.mutable_diagnostic(), summary, detail);
  events.Write(event);
}
void report(grpc::ServerWriter<tfplugin6::InvokeAction::Event>& events, const std::string& summary,
            const std::string& detail) {
  tfplugin6::InvokeAction::Event event;
  add_error(*event.mutable_completed()->mutable_diagnostics(), summary, detail);
  events.Write(event);
}

template <class Answer>
int errors_in(const Answer& answer) {
  int errors = 0;
  if constexpr (requires { answer.diagnostics(); })
    for (const auto& diagnostic : answer.diagnostics())
      errors += diagnostic.severity() == tfplugin6::Diagnostic::ERROR;
  return errors;
}

// What an exception says; nothing when `call` returned.
template <class Call>
std::optional<std::string> caught(Call&& call, grpc::Status& status) {
  try {
    status = call();
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

}  // namespace

template <class Request, class Answer, class Call>
grpc::Status Guard::guarded(const char* name, const Request& request, Answer& answer, Call&& call) {
  auto number = ++calls_;
  auto begin = Clock::now();
  if (log_.enabled(LogLevel::trace, "sdk.proto"))
    log_.write(
        LogLevel::trace, "sdk.proto", "call begins",
        {{"tf_rpc", name}, {"tf_req_id", std::to_string(number)}, {"tf_resource_type", subject(request)}});

  grpc::Status status = grpc::Status::OK;
  auto exception = caught(call, status);
  if (exception)
    report(answer, fmt::format("Provider Failed in {}", name),
           fmt::format(
               "An unforeseen error stopped this call: {}. This is a bug of the provider; please report it "
               "with the output of a run with TF_LOG=trace.",
               *exception));

  auto level = exception ? LogLevel::error : LogLevel::debug;
  if (log_.enabled(level, "sdk.proto")) {
    auto spent = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    log_.write(level, "sdk.proto", exception ? "call ended with an exception" : "call ended",
               {{"tf_rpc", name},
                {"tf_req_id", std::to_string(number)},
                {"tf_resource_type", subject(request)},
                {"tf_req_duration_ms", fmt::format("{:.1f}", spent)},
                {"diagnostic_error_count", std::to_string(errors_in(answer))}});
  }
  return status;
}

#define MS_DEFINE(Call, Message)                                                                         \
  grpc::Status Guard::Call(grpc::ServerContext* context, const tfplugin6::Message::Request* request,     \
                           tfplugin6::Message::Response* response) {                                     \
    return guarded(#Call, *request, *response, [&] { return inner_.Call(context, request, response); }); \
  }
MS_UNARY_CALLS(MS_DEFINE)
#undef MS_DEFINE

#define MS_DEFINE(Call)                                                                              \
  grpc::Status Guard::Call(grpc::ServerContext* context, const tfplugin6::Call::Request* request,    \
                           grpc::ServerWriter<tfplugin6::Call::Event>* events) {                     \
    return guarded(#Call, *request, *events, [&] { return inner_.Call(context, request, events); }); \
  }
MS_STREAMING_CALLS(MS_DEFINE)
#undef MS_DEFINE

}  // namespace microstack::protocol
