// The service's calls about managed resources.
#include "provider/framework/msgpack.h"
#include "provider/framework/service_run.h"

namespace microstack::terraform {
namespace {

// The identity of a state, once all of it is there.
template <class Message>
void write_identity(const Schema& schema, const Value& state, Message&& message) {
  if (!has_identity(schema)) return;
  Value identity = identity_of(schema, state);
  if (!identity.is_known()) return;
  for (const auto& member : identity.members()) {
    if (!member.value.is_known()) return;
  }
  wire::write(identity, message()->mutable_identity_data());
}

}  // namespace

grpc::Status Service::ValidateResourceConfig(grpc::ServerContext* context,
                                             const tfplugin6::ValidateResourceConfig::Request* request,
                                             tfplugin6::ValidateResourceConfig::Response* response) {
  return with(resources_, request->type_name(), "validate", context, response,
              [&](AnyResource& resource, Call& call) -> Status {
                MS_TRY(auto config, wire::read(request->config(), resource.schema().type));
                if (!request->client_capabilities().write_only_attributes_allowed())
                  refuse_write_only(resource.schema(), config, call.diagnostics());
                validate_config(resource, config, call);
                return {};
              });
}

grpc::Status Service::UpgradeResourceState(grpc::ServerContext* context,
                                           const tfplugin6::UpgradeResourceState::Request* request,
                                           tfplugin6::UpgradeResourceState::Response* response) {
  return with(resources_, request->type_name(), "upgrade", context, response,
              [&](AnyResource& resource, Call& call) -> Status {
                if (request->raw_state().json().empty()) {
                  return give_up("The saved state is of a Terraform before 0.12", {},
                                 "remove the resource from the state and import it again");
                }
                Value state =
                    upgrade_resource(resource, request->version(), request->raw_state().json(), call);
                if (!call.diagnostics().has_error()) wire::write(state, response->mutable_upgraded_state());
                return {};
              });
}

grpc::Status Service::UpgradeResourceIdentity(grpc::ServerContext* context,
                                              const tfplugin6::UpgradeResourceIdentity::Request* request,
                                              tfplugin6::UpgradeResourceIdentity::Response* response) {
  return with(resources_, request->type_name(), "upgrade identity", context, response,
              [&](AnyResource& resource, Call&) -> Status {
                tfplugin6::DynamicValue raw;
                raw.set_json(request->raw_identity().json());
                MS_TRY(auto identity, wire::read(raw, identity_type(resource.schema())));
                wire::write(identity, response->mutable_upgraded_identity()->mutable_identity_data());
                return {};
              });
}

grpc::Status Service::ReadResource(grpc::ServerContext* context,
                                   const tfplugin6::ReadResource::Request* request,
                                   tfplugin6::ReadResource::Response* response) {
  return with(resources_, request->type_name(), "read", context, response,
              [&](AnyResource& resource, Call& call) -> Status {
                MS_TRY(auto state, wire::read(request->current_state(), resource.schema().type));
                call.saved() = wire::read_private(request->private_());
                Value now = state.is_null() ? state : read_resource(resource, state, call);
                wire::write(now, response->mutable_new_state());
                response->set_private_(wire::write_private(call.saved()));
                write_identity(resource.schema(), now, [&] { return response->mutable_new_identity(); });
                return {};
              });
}

grpc::Status Service::PlanResourceChange(grpc::ServerContext* context,
                                         const tfplugin6::PlanResourceChange::Request* request,
                                         tfplugin6::PlanResourceChange::Response* response) {
  return with(resources_, request->type_name(), "plan", context, response,
              [&](AnyResource& resource, Call& call) -> Status {
                const Type& type = resource.schema().type;
                MS_TRY(auto prior, wire::read(request->prior_state(), type));
                MS_TRY(auto proposed, wire::read(request->proposed_new_state(), type));
                MS_TRY(auto config, wire::read(request->config(), type));
                call.saved() = wire::read_private(request->prior_private());
                auto planned = plan_resource(resource, prior, config, std::move(proposed), call);
                wire::write(planned.state, response->mutable_planned_state());
                for (const auto& path : planned.replace) wire::write(path, response->add_requires_replace());
                response->set_planned_private(wire::write_private(call.saved()));
                if (!prior.is_null() && request->has_prior_identity()) {
                  *response->mutable_planned_identity() = request->prior_identity();
                } else {
                  write_identity(resource.schema(), planned.state,
                                 [&] { return response->mutable_planned_identity(); });
                }
                return {};
              });
}

grpc::Status Service::ApplyResourceChange(grpc::ServerContext* context,
                                          const tfplugin6::ApplyResourceChange::Request* request,
                                          tfplugin6::ApplyResourceChange::Response* response) {
  return with(resources_, request->type_name(), "apply", context, response,
              [&](AnyResource& resource, Call& call) -> Status {
                const Type& type = resource.schema().type;
                MS_TRY(auto prior, wire::read(request->prior_state(), type));
                MS_TRY(auto planned, wire::read(request->planned_state(), type));
                MS_TRY(auto config, wire::read(request->config(), type));
                call.saved() = wire::read_private(request->planned_private());
                Value state = apply_resource(resource, prior, planned, config, call);
                wire::write(state, response->mutable_new_state());
                response->set_private_(wire::write_private(call.saved()));
                write_identity(resource.schema(), state, [&] { return response->mutable_new_identity(); });
                return {};
              });
}

grpc::Status Service::ImportResourceState(grpc::ServerContext* context,
                                          const tfplugin6::ImportResourceState::Request* request,
                                          tfplugin6::ImportResourceState::Response* response) {
  return with(resources_, request->type_name(), "import", context, response,
              [&](AnyResource& resource, Call& call) -> Status {
                const Schema& schema = resource.schema();
                bool by_identity = request->id().empty() && request->has_identity() && has_identity(schema);
                Value identity;
                if (by_identity) {
                  MS_TRY(identity, wire::read(request->identity().identity_data(), identity_type(schema)));
                }
                Value state = import_resource(resource, {request->id(), by_identity}, identity, call);
                if (call.diagnostics().has_error()) return {};
                auto imported = response->add_imported_resources();
                imported->set_type_name(request->type_name());
                wire::write(state, imported->mutable_state());
                imported->set_private_(wire::write_private(call.saved()));
                if (by_identity) {
                  *imported->mutable_identity() = request->identity();
                } else {
                  write_identity(schema, state, [&] { return imported->mutable_identity(); });
                }
                return {};
              });
}

grpc::Status Service::MoveResourceState(grpc::ServerContext* context,
                                        const tfplugin6::MoveResourceState::Request* request,
                                        tfplugin6::MoveResourceState::Response* response) {
  return with(resources_, request->target_type_name(), "move", context, response,
              [&](AnyResource& resource, Call& call) -> Status {
                MovedFrom from{request->source_provider_address(),
                               request->source_type_name(),
                               request->source_schema_version(),
                               {}};
                MS_TRY(from.state, parse_json(request->source_state().json()));
                Value state = move_resource(resource, from, call);
                if (call.diagnostics().has_error()) return {};
                wire::write(state, response->mutable_target_state());
                response->set_target_private(wire::write_private(call.saved()));
                write_identity(resource.schema(), state, [&] { return response->mutable_target_identity(); });
                return {};
              });
}

grpc::Status Service::GenerateResourceConfig(grpc::ServerContext* context,
                                             const tfplugin6::GenerateResourceConfig::Request* request,
                                             tfplugin6::GenerateResourceConfig::Response* response) {
  return with(resources_, request->type_name(), "generate configuration", context, response,
              [&](AnyResource& resource, Call&) -> Status {
                MS_TRY(auto state, wire::read(request->state(), resource.schema().type));
                wire::write(config_of(resource.schema(), std::move(state)), response->mutable_config());
                return {};
              });
}

}  // namespace microstack::terraform
