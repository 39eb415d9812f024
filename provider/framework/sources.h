// Data sources, ephemeral resources, lists, actions and the provider's own configuration: each a small class
// over a model, as resources are (resource.h).
#pragma once

#include "provider/framework/resource.h"

namespace microstack::terraform {

// --- data sources: look, never touch

class AnyDataSource : public Described {
 public:
  virtual Status read_values(Value& state, Call& call) = 0;
};

// --- ephemeral resources: opened, perhaps renewed, closed; in no state and no plan

struct Lease {
  Private saved;                                                  // for renew and close; in memory only
  std::optional<std::chrono::system_clock::time_point> renew_at;  // when to call renew; nothing: never
};

class AnyEphemeral : public Described {
 public:
  virtual Status open_values(Value& result, Lease& lease, Call& call) = 0;
  virtual Status renew(Lease& lease, Call&) { return (void)lease, Status(); }
  virtual Status close(const Lease& lease, Call&) { return (void)lease, Status(); }
};

// --- lists: find resources of a type that Terraform does not manage yet (Terraform 1.14)

struct ListedValue {
  std::string display_name;
  Value state;  // of the resource; its identity is taken from it
};

class AnyList : public Described {
 public:
  // Calls `found` for each until it says false.
  virtual Status list_values(const Value& config, const std::function<bool(ListedValue)>& found,
                             Call& call) = 0;
};

// --- actions: done, not kept (Terraform 1.14); Call::progress reaches the user

class AnyAction : public Described {
 public:
  virtual Status plan_action_values(const Value& config, Call& call) = 0;
  virtual Status invoke_values(const Value& config, Call& call) = 0;
};

// --- the provider's own configuration

class AnyConfiguration : public Described {
 public:
  std::string name() const override { return {}; }
  virtual Status configure_values(const Value& config, const std::string& terraform_version, Call& call) = 0;
};

// The part that is alike in all of them: schema and validation of a model.
template <class Base, class M>
class OfModel : public Base {
 public:
  const Schema& schema() const override {
    if constexpr (is_model<M>) {
      return model_of<M>().schema;
    } else {
      throw std::logic_error("one of Attributes overrides schema()");
    }
  }
  virtual Status validate(const M& config, Call&) { return (void)config, Status(); }
  Status validate_values(const Value& config, Call& call) final {
    M model;
    MS_CHECK(codec::read_model(config, model));
    return validate(model, call);
  }

 protected:
  template <class What>
  static Status with(const Value& config, What&& what) {
    M model;
    MS_CHECK(codec::read_model(config, model));
    return what(model);
  }
};

template <class M>
class DataSource : public OfModel<AnyDataSource, M> {
 public:
  // state holds the configuration: fill in the rest. Not found is an error.
  virtual Status read(M& state, Call& call) = 0;
  Status read_values(Value& state, Call& call) final {
    return codec::on_model<M>(state, [&](M& model) { return read(model, call); });
  }
};

template <class M>
class Ephemeral : public OfModel<AnyEphemeral, M> {
 public:
  virtual Status open(M& result, Lease& lease, Call& call) = 0;
  Status open_values(Value& result, Lease& lease, Call& call) final {
    return codec::on_model<M>(result, [&](M& model) { return open(model, lease, call); });
  }
};

// M is the model of the resource of the same name, C that of the list's own arguments.
template <class M, class C>
class List : public OfModel<AnyList, C> {
 public:
  using Sink = std::function<bool(std::string display_name, const M& state)>;
  virtual Status list(const C& config, const Sink& found, Call& call) = 0;
  Status list_values(const Value& config, const std::function<bool(ListedValue)>& found, Call& call) final {
    return this->with(config, [&](const C& model) {
      auto sink = [&](std::string name, const M& state) {
        return found({std::move(name), codec::write_model(state)});
      };
      return list(model, sink, call);
    });
  }
};

template <class C>
class Action : public OfModel<AnyAction, C> {
 public:
  virtual Status plan(const C& config, Call&) { return (void)config, Status(); }
  virtual Status invoke(const C& config, Call& call) = 0;
  Status plan_action_values(const Value& config, Call& call) final {
    return this->with(config, [&](const C& model) { return plan(model, call); });
  }
  Status invoke_values(const Value& config, Call& call) final {
    return this->with(config, [&](const C& model) { return invoke(model, call); });
  }
};

// May be configured again in the same process (a debugged provider serves several runs), and with unknown
// values while planning: be lenient until a value is needed. No network here.
template <class M>
class Configuration : public OfModel<AnyConfiguration, M> {
 public:
  virtual Status configure(const M& config, const std::string& terraform_version, Call& call) = 0;
  Status configure_values(const Value& config, const std::string& terraform_version, Call& call) final {
    return this->with(config, [&](const M& model) { return configure(model, terraform_version, call); });
  }
};

}  // namespace microstack::terraform
