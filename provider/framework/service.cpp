// The service's calls about the provider as a whole, and about all that is no managed resource.
#include "provider/framework/service.h"

#include "provider/framework/service_run.h"

namespace microstack::terraform {
namespace {

void write_capabilities(tfplugin6::ServerCapabilities* out) {
  out->set_plan_destroy(true);
  out->set_get_provider_schema_optional(true);
  out->set_move_resource_state(true);
  out->set_generate_resource_config(true);
}

// The argument that an error blames, by the name of its parameter.
std::optional<std::int64_t> blamed(const Function& function, const Error& error) {
  if (error.attribute.empty()) return std::nullopt;
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    if (function.parameters[i].name == error.attribute.front()) return static_cast<std::int64_t>(i);
  }
  if (function.variadic && function.variadic->name == error.attribute.front())
    return static_cast<std::int64_t>(function.parameters.size());
  return std::nullopt;
}

Result<Value> call_function(const Function& function, const tfplugin6::CallFunction::Request& request) {
  std::vector<Value> arguments;
  auto count = static_cast<std::size_t>(request.arguments_size());
  if (count < function.parameters.size() || (count > function.parameters.size() && !function.variadic)) {
    return give_up("The function " + function.name + " takes " + std::to_string(function.parameters.size()) +
                   " arguments, not " + std::to_string(count));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Parameter& parameter = i < function.parameters.size() ? function.parameters[i] : *function.variadic;
    MS_TRY(auto argument, wire::read(request.arguments(static_cast<int>(i)), parameter.type));
    arguments.push_back(std::move(argument));
  }
  MS_TRY(auto result, function.call(arguments));
  if (auto fits = conforms(result, function.result); !fits)
    return doing("a bug in the provider: the result of " + function.name, fits.error());
  return result;
}

}  // namespace

Service::Service(const Provider& provider, protocol::Log& log, std::stop_token leaving)
    : provider_(provider),
      log_(log),
      leaving_(std::move(leaving), [this] { watch_.cancel_all(Call::Cause::gone); }) {
  for (const auto& thing : provider.resources()) resources_[provider.type_name(*thing)] = thing.get();
  for (const auto& thing : provider.data_sources()) data_sources_[provider.type_name(*thing)] = thing.get();
  for (const auto& thing : provider.ephemerals()) ephemerals_[provider.type_name(*thing)] = thing.get();
  for (const auto& thing : provider.lists()) lists_[provider.type_name(*thing)] = thing.get();
  for (const auto& thing : provider.actions()) actions_[provider.type_name(*thing)] = thing.get();
  for (const auto& function : provider.functions()) functions_[function.name] = &function;
}

void Service::listen(Call& call, const std::string& type) {
  if (!log_.enabled(protocol::LogLevel::info)) return;
  call.on_progress([this, type](const std::string& line) {
    log_.write(protocol::LogLevel::info, "provider", line, {{"tf_resource_type", type}});
  });
}

grpc::Status Service::GetMetadata(grpc::ServerContext*, const tfplugin6::ProviderMetadata::Request*,
                                  tfplugin6::ProviderMetadata::Response* response) {
  write_capabilities(response->mutable_server_capabilities());
  for (const auto& thing : provider_.resources())
    response->add_resources()->set_type_name(provider_.type_name(*thing));
  for (const auto& thing : provider_.data_sources())
    response->add_data_sources()->set_type_name(provider_.type_name(*thing));
  for (const auto& thing : provider_.ephemerals())
    response->add_ephemeral_resources()->set_type_name(provider_.type_name(*thing));
  for (const auto& thing : provider_.lists())
    response->add_list_resources()->set_type_name(provider_.type_name(*thing));
  for (const auto& thing : provider_.actions())
    response->add_actions()->set_type_name(provider_.type_name(*thing));
  for (const auto& function : provider_.functions()) response->add_functions()->set_name(function.name);
  return grpc::Status::OK;
}

grpc::Status Service::GetProviderSchema(grpc::ServerContext*, const tfplugin6::GetProviderSchema::Request*,
                                        tfplugin6::GetProviderSchema::Response* response) {
  std::call_once(schema_once_, [this] {
    write_capabilities(schema_.mutable_server_capabilities());
    wire::write(provider_.configuration().schema(), 0, schema_.mutable_provider());
    for (const auto& thing : provider_.resources()) {
      wire::write(thing->schema(), thing->version(),
                  &(*schema_.mutable_resource_schemas())[provider_.type_name(*thing)]);
    }
    auto all = [this](const auto& things, auto* messages) {
      for (const auto& thing : things)
        wire::write(thing->schema(), 0, &(*messages)[provider_.type_name(*thing)]);
    };
    all(provider_.data_sources(), schema_.mutable_data_source_schemas());
    all(provider_.ephemerals(), schema_.mutable_ephemeral_resource_schemas());
    all(provider_.lists(), schema_.mutable_list_resource_schemas());
    for (const auto& thing : provider_.actions()) {
      wire::write(thing->schema(), 0,
                  (*schema_.mutable_action_schemas())[provider_.type_name(*thing)].mutable_schema());
    }
    for (const auto& function : provider_.functions())
      wire::write(function, &(*schema_.mutable_functions())[function.name]);
  });
  *response = schema_;
  return grpc::Status::OK;
}

grpc::Status Service::GetResourceIdentitySchemas(grpc::ServerContext*,
                                                 const tfplugin6::GetResourceIdentitySchemas::Request*,
                                                 tfplugin6::GetResourceIdentitySchemas::Response* response) {
  for (const auto& thing : provider_.resources()) {
    if (has_identity(thing->schema()))
      wire::write_identity(thing->schema(),
                           &(*response->mutable_identity_schemas())[provider_.type_name(*thing)]);
  }
  return grpc::Status::OK;
}

grpc::Status Service::GetFunctions(grpc::ServerContext*, const tfplugin6::GetFunctions::Request*,
                                   tfplugin6::GetFunctions::Response* response) {
  for (const auto& function : provider_.functions())
    wire::write(function, &(*response->mutable_functions())[function.name]);
  return grpc::Status::OK;
}

grpc::Status Service::ValidateProviderConfig(grpc::ServerContext* context,
                                             const tfplugin6::ValidateProviderConfig::Request* request,
                                             tfplugin6::ValidateProviderConfig::Response* response) {
  ByName<AnyConfiguration> one{{provider_.name(), &provider_.configuration()}};
  return with(one, provider_.name(), "validate", context, response,
              [&](AnyConfiguration& configuration, Call& call) -> Status {
                MS_TRY(auto config, wire::read(request->config(), configuration.schema().type));
                validate_config(configuration, config, call);
                return {};
              });
}

grpc::Status Service::ConfigureProvider(grpc::ServerContext* context,
                                        const tfplugin6::ConfigureProvider::Request* request,
                                        tfplugin6::ConfigureProvider::Response* response) {
  ByName<AnyConfiguration> one{{provider_.name(), &provider_.configuration()}};
  return with(one, provider_.name(), "configure", context, response,
              [&](AnyConfiguration& configuration, Call& call) -> Status {
                MS_TRY(auto config, wire::read(request->config(), configuration.schema().type));
                auto status = guarded(call, [&] {
                  return configuration.configure_values(config, request->terraform_version(), call);
                });
                if (!status) report(call, std::move(status).error(), &configuration.schema());
                return {};
              });
}

grpc::Status Service::StopProvider(grpc::ServerContext*, const tfplugin6::StopProvider::Request*,
                                   tfplugin6::StopProvider::Response*) {
  watch_.cancel_all(Call::Cause::stopped);
  return grpc::Status::OK;
}

template <class Request, class Thing, class Response>
grpc::Status Service::validate(const ByName<Thing>& all, const std::string& type, const Request& request,
                               Response* response) {
  return with(all, type, "validate", nullptr, response, [&](Thing& thing, Call& call) -> Status {
    MS_TRY(auto config, wire::read(request.config(), thing.schema().type));
    validate_config(thing, config, call);
    return {};
  });
}

grpc::Status Service::ValidateDataResourceConfig(
    grpc::ServerContext*, const tfplugin6::ValidateDataResourceConfig::Request* request,
    tfplugin6::ValidateDataResourceConfig::Response* response) {
  return validate(data_sources_, request->type_name(), *request, response);
}

grpc::Status Service::ValidateEphemeralResourceConfig(
    grpc::ServerContext*, const tfplugin6::ValidateEphemeralResourceConfig::Request* request,
    tfplugin6::ValidateEphemeralResourceConfig::Response* response) {
  return validate(ephemerals_, request->type_name(), *request, response);
}

grpc::Status Service::ValidateListResourceConfig(
    grpc::ServerContext*, const tfplugin6::ValidateListResourceConfig::Request* request,
    tfplugin6::ValidateListResourceConfig::Response* response) {
  return validate(lists_, request->type_name(), *request, response);
}

grpc::Status Service::ValidateActionConfig(grpc::ServerContext*,
                                           const tfplugin6::ValidateActionConfig::Request* request,
                                           tfplugin6::ValidateActionConfig::Response* response) {
  return validate(actions_, request->action_type(), *request, response);
}

grpc::Status Service::ReadDataSource(grpc::ServerContext* context,
                                     const tfplugin6::ReadDataSource::Request* request,
                                     tfplugin6::ReadDataSource::Response* response) {
  return with(data_sources_, request->type_name(), "read", context, response,
              [&](AnyDataSource& source, Call& call) -> Status {
                MS_TRY(auto config, wire::read(request->config(), source.schema().type));
                Value state = read_data_source(source, config, call);
                if (!call.diagnostics().has_error()) wire::write(state, response->mutable_state());
                return {};
              });
}

namespace {

template <class Response>
void write_lease(const Lease& lease, Response* response) {
  response->set_private_(wire::write_private(lease.saved));
  if (!lease.renew_at) return;
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lease.renew_at->time_since_epoch());
  response->mutable_renew_at()->set_seconds(seconds.count());
}

}  // namespace

grpc::Status Service::OpenEphemeralResource(grpc::ServerContext* context,
                                            const tfplugin6::OpenEphemeralResource::Request* request,
                                            tfplugin6::OpenEphemeralResource::Response* response) {
  return with(ephemerals_, request->type_name(), "open", context, response,
              [&](AnyEphemeral& ephemeral, Call& call) -> Status {
                MS_TRY(auto config, wire::read(request->config(), ephemeral.schema().type));
                Lease lease;
                Value result = open_ephemeral(ephemeral, config, lease, call);
                if (!call.diagnostics().has_error()) wire::write(result, response->mutable_result());
                write_lease(lease, response);
                return {};
              });
}

grpc::Status Service::RenewEphemeralResource(grpc::ServerContext* context,
                                             const tfplugin6::RenewEphemeralResource::Request* request,
                                             tfplugin6::RenewEphemeralResource::Response* response) {
  return with(ephemerals_, request->type_name(), "renew", context, response,
              [&](AnyEphemeral& ephemeral, Call& call) -> Status {
                Lease lease{wire::read_private(request->private_()), std::nullopt};
                MS_CHECK(ephemeral.renew(lease, call));
                write_lease(lease, response);
                return {};
              });
}

grpc::Status Service::CloseEphemeralResource(grpc::ServerContext* context,
                                             const tfplugin6::CloseEphemeralResource::Request* request,
                                             tfplugin6::CloseEphemeralResource::Response* response) {
  return with(ephemerals_, request->type_name(), "close", context, response,
              [&](AnyEphemeral& ephemeral, Call& call) -> Status {
                return ephemeral.close(Lease{wire::read_private(request->private_()), std::nullopt}, call);
              });
}

grpc::Status Service::CallFunction(grpc::ServerContext*, const tfplugin6::CallFunction::Request* request,
                                   tfplugin6::CallFunction::Response* response) {
  auto found = functions_.find(request->name());
  if (found == functions_.end()) {
    response->mutable_error()->set_text("This version of the provider has no function " + request->name());
    return grpc::Status::OK;
  }
  Call call("function " + request->name());
  auto result = guarded(call, [&] { return call_function(*found->second, *request); });
  if (result) {
    wire::write(*result, response->mutable_result());
    return grpc::Status::OK;
  }
  tfplugin6::Diagnostic text;  // for its care with what is not UTF-8
  wire::write(Diagnostic{Diagnostic::Severity::error, result.error().text(), {}, {}}, &text);
  response->mutable_error()->set_text(text.summary());
  if (auto argument = blamed(*found->second, result.error()))
    response->mutable_error()->set_function_argument(*argument);
  return grpc::Status::OK;
}

// --- lists and actions answer in a stream of events

grpc::Status Service::ListResource(grpc::ServerContext* context,
                                   const tfplugin6::ListResource::Request* request,
                                   grpc::ServerWriter<tfplugin6::ListResource::Event>* writer) {
  tfplugin6::ListResource::Event last;
  tfplugin6::ValidateListResourceConfig::Response diagnostics;
  with(lists_, request->type_name(), "list", context, &diagnostics, [&](AnyList& list, Call& call) -> Status {
    const Schema& resource = resources_.at(request->type_name())->schema();
    MS_TRY(auto config, wire::read(request->config(), list.schema().type));
    std::int64_t count = 0;
    auto found = [&](ListedValue listed) {
      if (call.stop().stop_requested() || (request->limit() > 0 && count >= request->limit())) return false;
      tfplugin6::ListResource::Event event;
      event.set_display_name(std::move(listed.display_name));
      wire::write(identity_of(resource, listed.state), event.mutable_identity()->mutable_identity_data());
      if (request->include_resource_object()) wire::write(listed.state, event.mutable_resource_object());
      ++count;
      return writer->Write(event) && (request->limit() <= 0 || count < request->limit());
    };
    auto status = guarded(call, [&] { return list.list_values(config, found, call); });
    if (!status) report(call, std::move(status).error(), &list.schema());
    return {};
  });
  if (diagnostics.diagnostics_size() > 0) {
    *last.mutable_diagnostic() = diagnostics.diagnostics();
    writer->Write(last);
  }
  return grpc::Status::OK;
}

grpc::Status Service::PlanAction(grpc::ServerContext* context, const tfplugin6::PlanAction::Request* request,
                                 tfplugin6::PlanAction::Response* response) {
  return with(actions_, request->action_type(), "plan", context, response,
              [&](AnyAction& action, Call& call) -> Status {
                MS_TRY(auto config, wire::read(request->config(), action.schema().type));
                auto status = guarded(call, [&] { return action.plan_action_values(config, call); });
                if (!status) report(call, std::move(status).error(), &action.schema());
                return {};
              });
}

grpc::Status Service::InvokeAction(grpc::ServerContext* context,
                                   const tfplugin6::InvokeAction::Request* request,
                                   grpc::ServerWriter<tfplugin6::InvokeAction::Event>* writer) {
  tfplugin6::InvokeAction::Event last;
  with(actions_, request->action_type(), "invoke", context, last.mutable_completed(),
       [&](AnyAction& action, Call& call) -> Status {
         std::mutex one_at_a_time;
         call.on_progress([&](const std::string& line) {
           tfplugin6::InvokeAction::Event event;
           event.mutable_progress()->set_message(line);
           std::lock_guard lock(one_at_a_time);
           writer->Write(event);
         });
         MS_TRY(auto config, wire::read(request->config(), action.schema().type));
         auto status = guarded(call, [&] { return action.invoke_values(config, call); });
         if (!status) report(call, std::move(status).error(), &action.schema());
         call.on_progress({});
         return {};
       });
  writer->Write(last);
  return grpc::Status::OK;
}

}  // namespace microstack::terraform
