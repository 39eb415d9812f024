// The boundary of the provider's own service: no exception passes it, and every call is logged by name, type,
// duration and number of errors.
#pragma once

#include <atomic>
#include <cstdint>

#include "provider/protocol/log.h"
#include "provider/protocol/tfplugin6.grpc.pb.h"

namespace microstack::protocol {

#define MS_UNARY_CALLS(X)                                             \
  X(GetMetadata, ProviderMetadata)                                    \
  X(GetProviderSchema, GetProviderSchema)                             \
  X(GetResourceIdentitySchemas, GetResourceIdentitySchemas)           \
  X(GetFunctions, GetFunctions)                                       \
  X(ValidateProviderConfig, ValidateProviderConfig)                   \
  X(ConfigureProvider, ConfigureProvider)                             \
  X(StopProvider, StopProvider)                                       \
  X(ValidateResourceConfig, ValidateResourceConfig)                   \
  X(UpgradeResourceState, UpgradeResourceState)                       \
  X(UpgradeResourceIdentity, UpgradeResourceIdentity)                 \
  X(ReadResource, ReadResource)                                       \
  X(PlanResourceChange, PlanResourceChange)                           \
  X(ApplyResourceChange, ApplyResourceChange)                         \
  X(ImportResourceState, ImportResourceState)                         \
  X(MoveResourceState, MoveResourceState)                             \
  X(GenerateResourceConfig, GenerateResourceConfig)                   \
  X(ValidateDataResourceConfig, ValidateDataResourceConfig)           \
  X(ReadDataSource, ReadDataSource)                                   \
  X(ValidateEphemeralResourceConfig, ValidateEphemeralResourceConfig) \
  X(OpenEphemeralResource, OpenEphemeralResource)                     \
  X(RenewEphemeralResource, RenewEphemeralResource)                   \
  X(CloseEphemeralResource, CloseEphemeralResource)                   \
  X(CallFunction, CallFunction)                                       \
  X(ValidateListResourceConfig, ValidateListResourceConfig)           \
  X(ValidateActionConfig, ValidateActionConfig)                       \
  X(PlanAction, PlanAction)

#define MS_STREAMING_CALLS(X) \
  X(ListResource)             \
  X(InvokeAction)

class Guard final : public tfplugin6::Provider::Service {
 public:
  Guard(tfplugin6::Provider::Service& inner, Log& log) : inner_(inner), log_(log) {}

#define MS_DECLARE(Call, Message)                                                                            \
  grpc::Status Call(grpc::ServerContext*, const tfplugin6::Message::Request*, tfplugin6::Message::Response*) \
      override;
  MS_UNARY_CALLS(MS_DECLARE)
#undef MS_DECLARE
#define MS_DECLARE(Call)                                                   \
  grpc::Status Call(grpc::ServerContext*, const tfplugin6::Call::Request*, \
                    grpc::ServerWriter<tfplugin6::Call::Event>*) override;
  MS_STREAMING_CALLS(MS_DECLARE)
#undef MS_DECLARE

 private:
  template <class Request, class Answer, class Call>
  grpc::Status guarded(const char* name, const Request&, Answer&, Call&&);

  tfplugin6::Provider::Service& inner_;
  Log& log_;
  std::atomic<uint64_t> calls_ = 0;
};

}  // namespace microstack::protocol
