// To add a resource, write one file and one test:
//
//   struct Disk {                                             // see model.h for what a model can hold
//     Attr<std::string> id;
//     Attr<std::string> name;
//     Attr<std::int64_t> size_gib;
//     static auto schema() {
//       return model<Disk>("A disk of a node.",
//                          attribute("id", &Disk::id).computed().keeps().identity().doc("Its id."),
//                          attribute("name", &Disk::name).required().replaces().doc("Its name."),
//                          attribute("size_gib", &Disk::size_gib).defaults_to(10).between(1, 512)
//                              .doc("Its size."));
//     }
//   };
//
//   class DiskResource : public Resource<Disk> {
//    public:
//     explicit DiskResource(Store& store) : store_(store) {}
//     std::string name() const override { return "disk"; }    // microstack_disk
//
//     Status create(Disk& disk, Call& call) override {        // disk is the plan: fill in what is unknown
//       MS_TRY(disk.id, store_.make(*disk.name, *disk.size_gib, call.stop()));
//       return {};
//     }
//     Result<Found> read(Disk& disk, Call&) override {         // disk is the state: make it what is there
//       MS_TRY(auto there, store_.find(*disk.id));
//       if (!there) return Found::no;                          // only on proof: not reached is an error
//       disk.name = there->name, disk.size_gib = there->size;
//       return Found::yes;
//     }
//     Status update(const Disk& before, Disk& disk, Call&) override { return store_.resize(*disk.id, *disk.size_gib); }
//     Status remove(const Disk& disk, Call&) override { return store_.remove(*disk.id); }
//   };
//
// In main: provider.add(std::make_unique<DiskResource>(store)). What the framework holds resources to, so
// that Terraform has nothing to complain about: defaults, plans and their rules come from the schema; a
// result must fit the type, keep all that was planned and leave nothing unknown. Whoever breaks that gets an
// error that names resource and attribute.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "provider/framework/call.h"
#include "provider/framework/model.h"

namespace microstack::terraform {

enum class Found { no, yes };

struct ImportRequest {
  std::string id;            // of `terraform import ADDRESS ID`; empty when it is by identity
  bool by_identity = false;  // then the identity's attributes are already in the model
};

// A state of another resource type, perhaps of another provider, that `moved` wants to be this one.
struct MovedFrom {
  std::string provider;  // source address
  std::string type;
  std::int64_t version = 0;
  Value state;  // JSON as it stands: objects, tuples, strings, numbers, bools
};

// A model whose schema is data: the members of the value are the attributes.
struct Attributes {
  Value value;

  bool has(std::string_view name) const { return value.find(name) != nullptr; }
  template <class T>
  Result<Attr<T>> get(std::string_view name) const {
    Attr<T> out;
    auto found = value.find(name);
    if (!found) return give_up("There is no attribute " + std::string(name));
    MS_CHECK(codec::within(std::string(name), codec::Codec<Attr<T>>::read(*found, out)));
    return out;
  }
  template <class T>
  void set(std::string_view name, const T& in) {
    value.set_member(name, codec::Codec<T>::write(in));
  }
};

// What plan() may look at and change. Configured values cannot be changed, computed ones can be made known.
template <class M>
struct Plan {
  const M* prior;   // nullptr: it will be created
  const M& config;  // as written: computed attributes are null
  M& planned;
  std::vector<Path> replace;  // attributes whose change needs a new resource
};

// Things with a name and a schema: what resources, data sources, ephemeral resources, lists and actions
// share.
class Described {
 public:
  virtual ~Described() = default;
  virtual std::string name() const = 0;  // without the provider's: "node"
  virtual const Schema& schema() const = 0;
  virtual std::string subcategory() const { return {}; }  // where the docs file it
  // Beyond the schema's rules. Unknown values are unknown here too.
  virtual Status validate_values(const Value& config, Call& call) = 0;
};

// Resources as the service sees them: values in, values out.
class AnyResource : public Described {
 public:
  // Raise it with every change of the schema that old states do not fit, and override upgrade().
  virtual std::int64_t version() const { return 0; }
  // Whether a create that failed can be called again and goes on: then a failure returns no state, so that
  // Terraform does not taint the resource and the next apply calls create again instead of destroying first.
  virtual bool resumable() const { return false; }
  // How the docs say it: an example id, and what it is made of. Empty: cannot be imported.
  virtual std::string import_id() const { return "ID"; }
  virtual Status upgrade(std::int64_t from, Value& state, Call& call);  // state is JSON as it stands

  virtual Status plan_values(const Value& prior, const Value& config, Value& planned,
                             std::vector<Path>& replace, Call&) = 0;
  virtual Status plan_removal_values(const Value& prior, Call& call) = 0;
  virtual Status create_values(Value& state, Call& call) = 0;
  virtual Result<Found> read_values(Value& state, Call& call) = 0;
  virtual Status update_values(const Value& prior, Value& state, Call& call) = 0;
  virtual Status remove_values(const Value& prior, Call& call) = 0;
  virtual Status import_values(const ImportRequest& from, Value& state, Call& call) = 0;
  virtual Result<bool> move_values(const MovedFrom& from, Value& state, Call& call) = 0;
  // The value as it comes back from a model that nobody has touched.
  virtual Status same_values(Value& value) = 0;
};

// How a model is read from values and written back.
namespace codec {
template <class M>
Status read_model(const Value& value, M& out) {
  if constexpr (std::is_same_v<M, Attributes>) {
    return out.value = value, Status();
  } else {
    return Codec<M>::read(value, out);
  }
}
template <class M>
Value write_model(const M& in) {
  if constexpr (std::is_same_v<M, Attributes>) {
    return in.value;
  } else {
    return Codec<M>::write(in);
  }
}
// Runs `what` on the value as a model and writes it back, also when `what` fails: what it got to is in it.
template <class M, class What>
auto on_model(Value& value, What&& what) -> decltype(what(std::declval<M&>())) {
  M model;
  MS_CHECK(read_model(value, model));
  auto result = what(model);
  value = write_model(model);
  return result;
}
}  // namespace codec

// M is a model, or Attributes: then override schema() too, with one that each instance has made from its
// data.
template <class M>
class Resource : public AnyResource {
 public:
  const Schema& schema() const override { return codec_schema<M>(); }

  virtual Status create(M& state, Call& call) = 0;
  virtual Result<Found> read(M& state, Call& call) = 0;
  // Only for resources of which something can change in place.
  virtual Status update(const M& before, M& state, Call&) {
    (void)before, (void)state;
    return give_up(
        "This resource cannot be updated in place: each of its arguments must be marked as replacing it");
  }
  virtual Status remove(const M& state, Call& call) = 0;

  virtual Status validate(const M& config, Call&) { return (void)config, Status(); }
  virtual Status plan(Plan<M>& plan, Call&) { return (void)plan, Status(); }
  virtual Status plan_removal(const M& state, Call&) { return (void)state, Status(); }
  // Puts as much into the state as read() needs; the usual case, the id into the attribute `id`, is done
  // here.
  virtual Status import(const ImportRequest& from, M& state, Call&) {
    if (from.by_identity) return {};
    Value value = codec::write_model(state);
    if (!value.find("id")) return give_up("This resource cannot be imported by an id");
    value.set_member("id", Value::string(from.id));
    return codec::read_model(value, state);
  }
  // false: not something that can become this.
  virtual Result<bool> moved(const MovedFrom& from, M& state, Call&) {
    return (void)from, (void)state, false;
  }

  Status validate_values(const Value& config, Call& call) final {
    M model;
    MS_CHECK(codec::read_model(config, model));
    return validate(model, call);
  }
  Status plan_values(const Value& prior, const Value& config, Value& planned, std::vector<Path>& replace,
                     Call& call) final {
    M was, configured;
    if (!prior.is_null()) MS_CHECK(codec::read_model(prior, was));
    MS_CHECK(codec::read_model(config, configured));
    return codec::on_model<M>(planned, [&](M& model) {
      Plan<M> view{prior.is_null() ? nullptr : &was, configured, model, {}};
      auto status = plan(view, call);
      replace = std::move(view.replace);
      return status;
    });
  }
  Status plan_removal_values(const Value& prior, Call& call) final {
    M model;
    MS_CHECK(codec::read_model(prior, model));
    return plan_removal(model, call);
  }
  Status create_values(Value& state, Call& call) final {
    return codec::on_model<M>(state, [&](M& model) { return create(model, call); });
  }
  Result<Found> read_values(Value& state, Call& call) final {
    return codec::on_model<M>(state, [&](M& model) { return read(model, call); });
  }
  Status update_values(const Value& prior, Value& state, Call& call) final {
    M before;
    MS_CHECK(codec::read_model(prior, before));
    return codec::on_model<M>(state, [&](M& model) { return update(before, model, call); });
  }
  Status remove_values(const Value& prior, Call& call) final {
    M model;
    MS_CHECK(codec::read_model(prior, model));
    return remove(model, call);
  }
  Status import_values(const ImportRequest& from, Value& state, Call& call) final {
    return codec::on_model<M>(state, [&](M& model) { return import(from, model, call); });
  }
  Result<bool> move_values(const MovedFrom& from, Value& state, Call& call) final {
    return codec::on_model<M>(state, [&](M& model) { return moved(from, model, call); });
  }
  Status same_values(Value& value) final {
    return codec::on_model<M>(value, [](M&) { return Status(); });
  }

 private:
  template <class T>
  static const Schema& codec_schema() {
    if constexpr (is_model<T>) {
      return model_of<T>().schema;
    } else {
      throw std::logic_error("a resource of Attributes overrides schema()");
    }
  }
};

}  // namespace microstack::terraform
