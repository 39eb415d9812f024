#include "provider/resources/by_substrate.h"

namespace microstack::provider {
namespace {

using namespace terraform;

bool says(const Value& value, const char* name, bool (*test)(const std::string&)) {
  if (value.is_null() || value.is_unknown()) return false;
  const auto* member = value.find(name);
  return member && member->kind() == Value::Kind::string && test(member->as_string());
}

bool is_juju_id(const std::string& text) {
  return text.starts_with("juju://");
}

bool is_known(const Value& value, const char* name) {
  if (value.is_null() || value.is_unknown()) return false;
  const auto* member = value.find(name);
  return member && member->kind() == Value::Kind::string;
}

bool on_juju(const Value& value) {
  return says(value, "substrate", [](const std::string& text) { return text == "juju"; }) ||
         says(value, "id", is_juju_id) || says(value, "cluster_id", is_juju_id);
}

// Nobody knows yet where it will be: a component of a cluster that is not made yet.
bool undecided(const Value& value) {
  return !is_known(value, "id") && !is_known(value, "cluster_id") && !is_known(value, "substrate");
}

class BySubstrate : public AnyResource {
 public:
  BySubstrate(std::unique_ptr<AnyResource> native, std::unique_ptr<AnyResource> juju)
      : native_(std::move(native)), juju_(std::move(juju)) {}

  std::string name() const override { return shown().name(); }
  const Schema& schema() const override { return shown().schema(); }
  std::string subcategory() const override { return shown().subcategory(); }
  std::int64_t version() const override { return shown().version(); }
  bool resumable() const override { return shown().resumable(); }
  std::string import_id() const override { return shown().import_id(); }
  Status upgrade(std::int64_t from, Value& state, Call& call) override {
    return shown().upgrade(from, state, call);
  }

  Status validate_values(const Value& config, Call& call) override {
    if (undecided(config)) return {};
    return of(config).validate_values(config, call);
  }
  Status plan_values(const Value& prior, const Value& config, Value& planned, std::vector<Path>& replace,
                     Call& call) override {
    if (undecided(planned)) return {};
    return of(planned).plan_values(prior, config, planned, replace, call);
  }
  Status plan_removal_values(const Value& prior, Call& call) override {
    return of(prior).plan_removal_values(prior, call);
  }
  Status create_values(Value& state, Call& call) override { return of(state).create_values(state, call); }
  Result<Found> read_values(Value& state, Call& call) override { return of(state).read_values(state, call); }
  Status update_values(const Value& prior, Value& state, Call& call) override {
    return of(prior).update_values(prior, state, call);
  }
  Status remove_values(const Value& prior, Call& call) override {
    return of(prior).remove_values(prior, call);
  }
  Status import_values(const ImportRequest& from, Value& state, Call& call) override {
    const bool juju = from.by_identity ? on_juju(state) : is_juju_id(from.id);
    return (juju ? juju_ : native_)->import_values(from, state, call);
  }
  Result<bool> move_values(const MovedFrom& from, Value& state, Call& call) override {
    return shown().move_values(from, state, call);
  }
  Status same_values(Value& value) override { return shown().same_values(value); }

 private:
  AnyResource& shown() const { return *native_; }
  AnyResource& of(const Value& value) const { return on_juju(value) ? *juju_ : *native_; }

  std::unique_ptr<AnyResource> native_, juju_;
};

}  // namespace

std::unique_ptr<AnyResource> by_substrate(std::unique_ptr<AnyResource> native,
                                          std::unique_ptr<AnyResource> juju) {
  return std::make_unique<BySubstrate>(std::move(native), std::move(juju));
}

}  // namespace microstack::provider
