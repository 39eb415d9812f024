// A Provider as Terraform sees it: every call of the protocol, from messages to values and back.
#pragma once

#include <mutex>
#include <unordered_map>

#include "provider/framework/call_watch.h"
#include "provider/framework/provider.h"
#include "provider/protocol/log.h"
#include "provider/protocol/tfplugin6.grpc.pb.h"

namespace microstack::terraform {

class Service final : public tfplugin6::Provider::Service {
 public:
  // Calls in flight are cancelled when `leaving` is stopped.
  Service(const Provider& provider, protocol::Log& log, std::stop_token leaving = {});

#define MS_CALL(Name, Message)                                                                               \
  grpc::Status Name(grpc::ServerContext*, const tfplugin6::Message::Request*, tfplugin6::Message::Response*) \
      override
  MS_CALL(GetMetadata, ProviderMetadata);
  MS_CALL(GetProviderSchema, GetProviderSchema);
  MS_CALL(GetResourceIdentitySchemas, GetResourceIdentitySchemas);
  MS_CALL(GetFunctions, GetFunctions);
  MS_CALL(ValidateProviderConfig, ValidateProviderConfig);
  MS_CALL(ConfigureProvider, ConfigureProvider);
  MS_CALL(StopProvider, StopProvider);
  MS_CALL(ValidateResourceConfig, ValidateResourceConfig);
  MS_CALL(UpgradeResourceState, UpgradeResourceState);
  MS_CALL(UpgradeResourceIdentity, UpgradeResourceIdentity);
  MS_CALL(ReadResource, ReadResource);
  MS_CALL(PlanResourceChange, PlanResourceChange);
  MS_CALL(ApplyResourceChange, ApplyResourceChange);
  MS_CALL(ImportResourceState, ImportResourceState);
  MS_CALL(MoveResourceState, MoveResourceState);
  MS_CALL(GenerateResourceConfig, GenerateResourceConfig);
  MS_CALL(ValidateDataResourceConfig, ValidateDataResourceConfig);
  MS_CALL(ReadDataSource, ReadDataSource);
  MS_CALL(ValidateEphemeralResourceConfig, ValidateEphemeralResourceConfig);
  MS_CALL(OpenEphemeralResource, OpenEphemeralResource);
  MS_CALL(RenewEphemeralResource, RenewEphemeralResource);
  MS_CALL(CloseEphemeralResource, CloseEphemeralResource);
  MS_CALL(CallFunction, CallFunction);
  MS_CALL(ValidateListResourceConfig, ValidateListResourceConfig);
  MS_CALL(ValidateActionConfig, ValidateActionConfig);
  MS_CALL(PlanAction, PlanAction);
#undef MS_CALL
  grpc::Status ListResource(grpc::ServerContext*, const tfplugin6::ListResource::Request*,
                            grpc::ServerWriter<tfplugin6::ListResource::Event>*) override;
  grpc::Status InvokeAction(grpc::ServerContext*, const tfplugin6::InvokeAction::Request*,
                            grpc::ServerWriter<tfplugin6::InvokeAction::Event>*) override;

 private:
  template <class Thing>
  using ByName = std::unordered_map<std::string, Thing*>;

  // Runs body(thing, call) for the thing of that type name, watched, and puts the diagnostics into the
  // answer.
  template <class Thing, class Response, class Body>
  grpc::Status with(const ByName<Thing>& all, const std::string& type, const char* operation,
                    grpc::ServerContext* context, Response* response, Body&& body);
  template <class Request, class Thing, class Response>
  grpc::Status validate(const ByName<Thing>& all, const std::string& type, const Request& request,
                        Response* response);
  void listen(Call& call, const std::string& type);

  const Provider& provider_;
  protocol::Log& log_;
  ByName<AnyResource> resources_;
  ByName<AnyDataSource> data_sources_;
  ByName<AnyEphemeral> ephemerals_;
  ByName<AnyList> lists_;
  ByName<AnyAction> actions_;
  std::unordered_map<std::string, const Function*> functions_;
  std::once_flag schema_once_;
  tfplugin6::GetProviderSchema::Response schema_;
  CallWatch watch_;
  std::stop_callback<std::function<void()>> leaving_;
};

}  // namespace microstack::terraform
