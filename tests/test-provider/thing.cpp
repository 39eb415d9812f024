#include "tests/test-provider/things.h"

namespace microstack::mstest {

using namespace terraform;

namespace {

struct Port {
  Attr<std::int64_t> number;
  Attr<std::string> protocol;
  Attr<std::string> address;
  static auto schema() {
    return model<Port>(
        "A port.", attribute("number", &Port::number).required().between(1, 65535).doc("Its number."),
        attribute("protocol", &Port::protocol).defaults_to("tcp").one_of({"tcp", "udp"}).doc("Its protocol."),
        attribute("address", &Port::address).computed().keeps().doc("Where it listens."));
  }
};

struct Thing {
  Attr<std::string> id;
  Attr<std::string> name;
  Attr<std::int64_t> size;
  Attr<double> ratio;
  Attr<bool> enabled;
  Attr<std::vector<std::string>> tags;
  Attr<Set<std::string>> zones;
  Attr<std::map<std::string, std::string>> labels;
  Attr<std::vector<Port>> ports;
  Attr<Value> anything;
  Attr<std::string> json;
  Attr<Secret> password_wo;
  Attr<std::int64_t> password_wo_version;
  Attr<std::string> by_name;
  Attr<std::string> by_address;
  Attr<std::string> revision;
  Attr<std::vector<std::string>> drift;
  Timeouts timeouts;

  static auto schema() {
    using namespace std::chrono_literals;
    return model<Thing>(
        "Everything at once.", attribute("id", &Thing::id).computed().keeps().identity().doc("Its id."),
        attribute("name", &Thing::name)
            .required()
            .replaces()
            .matches("[a-z][a-z0-9-]*", "lower case letters, digits and -")
            .doc("Its name."),
        attribute("size", &Thing::size).defaults_to(10).between(1, 512).doc("Its size in GiB."),
        attribute("ratio", &Thing::ratio).optional().doc("Any number."),
        attribute("enabled", &Thing::enabled).defaults_to(true).doc("Whether it works."),
        attribute("tags", &Thing::tags).optional().length(1, 64).doc("In this order."),
        attribute("zones", &Thing::zones).optional().items(0, 3).doc("Without order."),
        attribute("labels", &Thing::labels).optional().doc("Named texts."),
        attribute("ports", &Thing::ports).optional().doc("What it listens on."),
        attribute("anything", &Thing::anything).optional().doc("A value of any type."),
        attribute("json", &Thing::json)
            .optional()
            .same_if([](const Value& a, const Value& b) {
              auto squeezed = [](std::string text) { return std::erase(text, ' '), text; };
              return squeezed(a.as_string()) == squeezed(b.as_string());
            })
            .doc("A text of which blanks do not matter."),
        attribute("password_wo", &Thing::password_wo)
            .optional()
            .write_only()
            .required_with({"password_wo_version"})
            .doc("A secret that is not kept."),
        attribute("password_wo_version", &Thing::password_wo_version)
            .optional()
            .doc("Change it to send the password again."),
        attribute("by_name", &Thing::by_name)
            .optional()
            .conflicts_with({"by_address"})
            .deprecated("Use `by_address`.")
            .doc("How it is reached."),
        attribute("by_address", &Thing::by_address).optional().doc("How it is reached."),
        attribute("revision", &Thing::revision).computed().doc("Changes with every write."),
        attribute("drift", &Thing::drift).plans_to({}).doc("What has been changed by others."),
        attribute("timeouts", &Thing::timeouts)
            .limits({.create = 10min, .read = 1min, .update = 10min, .remove = 10min}));
  }
};

class ThingResource : public Resource<Thing> {
 public:
  explicit ThingResource(World& world) : world_(world) {}
  std::string name() const override { return "thing"; }
  std::int64_t version() const override { return 2; }
  std::string import_id() const override { return "thing-1"; }

  Status create(Thing& thing, Call& call) override {
    call.saved()["made"] = *thing.name;
    if (thing.password_wo.is_known())
      world_.note("password of " + std::to_string(thing.password_wo->reveal().size()) + " letters");
    MS_TRY(thing.id, world_.make("thing", object(thing)));
    finish(thing);
    if (auto wrong = world_.switched("create")) return misbehave(*wrong, thing, call);
    return {};
  }

  Result<Found> read(Thing& thing, Call& call) override {
    if (world_.switched("unreachable"))
      return retry("the world cannot be reached", "the test world", "wait for it");
    MS_TRY(auto found, world_.find("thing", *thing.id));
    if (!found) return Found::no;
    world_.note("read " + *thing.id +
                (call.saved().count("made") ? ", made as " + call.saved()["made"] : ""));
    thing.drift = std::vector<std::string>();
    if (!thing.name.is_known()) {  // just imported
      thing.name = (*found)["name"];
      thing.size = std::stoll((*found)["size"]);
      thing.enabled = true;
      finish(thing);
    } else if ((*found)["size"] != std::to_string(*thing.size)) {
      thing.drift->push_back("size is " + (*found)["size"]);
    }
    return Found::yes;
  }

  Status update(const Thing& before, Thing& thing, Call& call) override {
    if (thing.password_wo.is_known() && before.password_wo_version != thing.password_wo_version)
      world_.note("new password");
    MS_CHECK(world_.put("thing", *thing.id, object(thing)));
    finish(thing);
    if (auto wrong = world_.switched("update")) return misbehave(*wrong, thing, call);
    return {};
  }

  Status remove(const Thing& thing, Call&) override {
    if (world_.switched("undeletable"))
      return ask("the thing is in use", *thing.id, "stop its users", {"name"});
    return world_.remove("thing", *thing.id);
  }

  Status validate(const Thing& config, Call& call) override {
    if (config.name.is_known() && *config.name == "old")
      call.warn("The name is old", "Choose a newer one.", "name");
    return {};
  }

  Status plan(Plan<Thing>& plan, Call& call) override {
    if (auto wrong = world_.switched("plan")) {
      if (*wrong == "throw") throw std::runtime_error("thrown in plan");
      if (*wrong == "other size") plan.planned.size = 99;
      if (*wrong == "replace") plan.replace.push_back("size");
    }
    if (!plan.prior) call.saved()["planned"] = "create";
    return {};
  }

  Status plan_removal(const Thing& thing, Call& call) override {
    if (world_.switched("guests"))
      call.warn("There are guests", *thing.id + " has guests that will be lost.");
    return {};
  }

  // Version 0 called the size `gib`, version 1 wrote it as text.
  Status upgrade(std::int64_t from, Value& state, Call&) override {
    if (from == 0) {
      if (auto gib = state.find("gib")) state.set_member("size", *gib);
    }
    return {};
  }

  Result<bool> moved(const MovedFrom& from, Thing& thing, Call&) override {
    if (from.type == "terraform_data") {  // whose input is the id of a thing; read then fills in the rest
      thing.id = from.state.find("input")->find("value")->as_string();
      return true;
    }
    if (from.type != "other_thing") return false;
    thing.id = from.state.find("key")->as_string();
    thing.name = from.state.find("key")->as_string();
    return true;
  }

 private:
  static World::Object object(const Thing& thing) {
    return {{"name", *thing.name}, {"size", std::to_string(*thing.size)}};
  }

  void finish(Thing& thing) {
    thing.revision = "r" + std::to_string(++revisions_);
    if (thing.ports.is_known()) {
      for (auto& port : *thing.ports) {
        if (!port.address.is_known()) port.address = "198.51.100.1:" + std::to_string(*port.number);
      }
    }
  }

  // What a provider with bugs would do.
  Status misbehave(const std::string& wrong, Thing& thing, Call& call) {
    if (wrong == "throw") throw std::runtime_error("thrown on purpose");
    if (wrong == "partly") return retry("half of it is there", "the test world", "apply again");
    if (wrong == "other size") thing.size = 99;
    if (wrong == "unknown") thing.revision = Attr<std::string>::unknown();
    if (wrong == "keep") return call.keep_state(), give_up("failed after it was written");
    if (wrong == "crash") std::terminate();
    return {};
  }

  World& world_;
  std::atomic<int> revisions_ = 0;
};

struct Filter {
  Attr<std::string> prefix;
  static auto schema() {
    return model<Filter>("Lists the things of the world.",
                         attribute("prefix", &Filter::prefix).optional().doc("Only names that begin so."));
  }
};

class ThingList : public List<Thing, Filter> {
 public:
  explicit ThingList(World& world) : world_(world) {}
  std::string name() const override { return "thing"; }
  Status list(const Filter& filter, const Sink& found, Call&) override {
    for (const auto& id : world_.ids("thing")) {
      MS_TRY(auto object, world_.find("thing", id));
      if (!object || !(*object)["name"].starts_with(filter.prefix.value_or(""))) continue;
      Thing thing;
      thing.id = id;
      thing.name = (*object)["name"];
      thing.size = std::stoll((*object)["size"]);
      if (!found((*object)["name"], thing)) break;
    }
    return {};
  }

 private:
  World& world_;
};

}  // namespace

std::unique_ptr<AnyResource> thing(World& world) {
  return std::make_unique<ThingResource>(world);
}
std::unique_ptr<AnyList> list_of_things(World& world) {
  return std::make_unique<ThingList>(world);
}

}  // namespace microstack::mstest
