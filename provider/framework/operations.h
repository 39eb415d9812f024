// What Terraform asks of a resource, on values: the author's code runs between what the framework prepares
// and what it checks. Whatever goes wrong, thrown or returned, ends in the call's diagnostics, never in an
// exception.
#pragma once

#include "provider/framework/planning.h"
#include "provider/framework/provider.h"

namespace microstack::terraform {

struct PlannedChange {
  Value state;
  std::vector<Path> replace;
};

void validate_config(Described& thing, const Value& config, Call& call);

// null: it is gone. After an error the state is as it was.
Value read_resource(AnyResource& resource, const Value& state, Call& call);
// proposed null: a removal, of which only diagnostics are of interest.
PlannedChange plan_resource(AnyResource& resource, const Value& prior, const Value& config, Value proposed,
                            Call& call);
// planned null: remove; prior null: create. After an error the answer is what is to be saved: of a create
// what exists, or null for nothing; of an update what is true now.
Value apply_resource(AnyResource& resource, const Value& prior, const Value& planned, const Value& config,
                     Call& call);
Value upgrade_resource(AnyResource& resource, std::int64_t from, std::string_view json, Call& call);
Value import_resource(AnyResource& resource, const ImportRequest& from, const Value& identity, Call& call);
Value move_resource(AnyResource& resource, const MovedFrom& from, Call& call);

Value read_data_source(AnyDataSource& source, const Value& config, Call& call);
Value open_ephemeral(AnyEphemeral& ephemeral, const Value& config, Lease& lease, Call& call);

// A fitting configuration for a state: what is only computed is left out.
Value config_of(const Schema& schema, Value state);

// --- identity: the attributes so marked
bool has_identity(const Schema& schema);
Type identity_type(const Schema& schema);
Value identity_of(const Schema& schema, const Value& state);  // of null: null

// Runs author code: what it throws is an error, and a stopped call says why it stopped.
template <class What>
auto guarded(Call& call, What&& what) -> decltype(what());

// The error, with the reason for it where the call was stopped, into the diagnostics.
void report(Call& call, Error error, const Schema* schema);

template <class What>
auto guarded(Call&, What&& what) -> decltype(what()) {
  try {
    return what();
  } catch (const std::exception& thrown) {
    return give_up(std::string("a bug in the provider: ") + thrown.what(), {},
                   "report this to the provider's authors");
  } catch (...) {
    return give_up("a bug in the provider: something was thrown that is no exception", {},
                   "report this to the provider's authors");
  }
}

}  // namespace microstack::terraform
