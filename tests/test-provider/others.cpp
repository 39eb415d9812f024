#include <condition_variable>
#include <cstdlib>

#include "tests/test-provider/things.h"

namespace microstack::mstest {

using namespace terraform;

namespace {

// Until the stop token fires or the time is over.
void wait(std::stop_token stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, time, [] { return false; });
}

struct Slow {
  Attr<std::string> id;
  Attr<std::int64_t> milliseconds;
  Attr<bool> id_first;
  Timeouts timeouts;
  static auto schema() {
    using namespace std::chrono_literals;
    return model<Slow>("Takes its time.", attribute("id", &Slow::id).computed().keeps().doc("Its id."),
                       attribute("milliseconds", &Slow::milliseconds)
                           .required()
                           .replaces()
                           .doc("How long it takes to make."),
                       attribute("id_first", &Slow::id_first)
                           .optional()
                           .replaces()
                           .doc("Whether it exists, and has its id, before it is ready."),
                       attribute("timeouts", &Slow::timeouts).limits({.create = 1h}));
  }
};

class SlowResource : public Resource<Slow> {
 public:
  explicit SlowResource(World& world) : world_(world) {}
  std::string name() const override { return "slow"; }
  Status create(Slow& slow, Call& call) override {
    const bool id_first = slow.id_first.value_or(false);
    if (id_first) {
      MS_TRY(slow.id, world_.make("slow", {}));
    }
    world_.note("slow begins");
    call.progress("waiting for the slow thing");
    wait(call.stop(), std::chrono::milliseconds(*slow.milliseconds));
    if (call.stop().stop_requested())
      return retry("the slow thing is not ready", "the test world", "apply again with a longer timeout");
    if (!id_first) {
      MS_TRY(slow.id, world_.make("slow", {}));
    }
    return {};
  }
  Result<Found> read(Slow& slow, Call&) override {
    MS_TRY(auto found, world_.find("slow", *slow.id));
    return found ? Found::yes : Found::no;
  }
  Status remove(const Slow& slow, Call&) override { return world_.remove("slow", *slow.id); }

 private:
  World& world_;
};

struct Resumed {
  Attr<std::string> id;
  Attr<std::string> name;
  Attr<std::int64_t> milliseconds;
  Attr<std::int64_t> attempts;
  static auto schema() {
    return model<Resumed>(
        "Fails once, then goes on.", attribute("id", &Resumed::id).computed().keeps().doc("Its id."),
        attribute("name", &Resumed::name).required().replaces().doc("Its name."),
        attribute("milliseconds", &Resumed::milliseconds)
            .optional()
            .replaces()
            .doc("How long the first attempt takes to fail."),
        attribute("attempts", &Resumed::attempts).computed().keeps().doc("How often it was tried."));
  }
};

class ResumableResource : public Resource<Resumed> {
 public:
  explicit ResumableResource(World& world) : world_(world) {}
  std::string name() const override { return "resumable"; }
  bool resumable() const override { return true; }
  Status create(Resumed& resumed, Call& call) override {
    MS_TRY(auto begun, world_.find("resumable", *resumed.name));
    int attempts = begun ? std::stoi((*begun)["attempts"]) + 1 : 1;
    MS_CHECK(world_.put("resumable", *resumed.name, {{"attempts", std::to_string(attempts)}}));
    resumed.id = *resumed.name;
    resumed.attempts = attempts;
    if (attempts > 1) return {};
    world_.note("resumable begins");
    wait(call.stop(), std::chrono::milliseconds(resumed.milliseconds.value_or(0)));
    return retry("the second half is missing", *resumed.name);
  }
  Result<Found> read(Resumed& resumed, Call&) override {
    MS_TRY(auto found, world_.find("resumable", *resumed.id));
    return found ? Found::yes : Found::no;
  }
  Status remove(const Resumed& resumed, Call&) override { return world_.remove("resumable", *resumed.id); }

 private:
  World& world_;
};

// One class, an instance for each of a catalogue's components.
class Component : public Resource<Attributes> {
 public:
  Component(World& world, std::string name, std::vector<Attribute> attributes)
      : world_(world), name_(std::move(name)) {
    schema_.description = "The component " + name_ + ".";
    schema_.attributes = std::move(attributes);
    schema_.attributes.push_back(named("id", Type::string()).computed().keeps().doc("Its id.").attribute);
    schema_ = sealed(std::move(schema_));
  }
  std::string name() const override { return name_; }
  const Schema& schema() const override { return schema_; }
  Status create(Attributes& attributes, Call&) override {
    MS_TRY(auto id, world_.make(name_, {}));
    attributes.set("id", id);
    return {};
  }
  Result<Found> read(Attributes& attributes, Call&) override {
    MS_TRY(auto id, attributes.get<std::string>("id"));
    MS_TRY(auto found, world_.find(name_, *id));
    return found ? Found::yes : Found::no;
  }
  Status update(const Attributes&, Attributes&, Call&) override { return {}; }
  Status remove(const Attributes& attributes, Call&) override {
    MS_TRY(auto id, attributes.get<std::string>("id"));
    return world_.remove(name_, *id);
  }

 private:
  World& world_;
  std::string name_;
  Schema schema_;
};

struct Things {
  Attr<std::string> prefix;
  Attr<std::vector<std::string>> ids;
  static auto schema() {
    return model<Things>("The things there are.",
                         attribute("prefix", &Things::prefix).optional().doc("Only ids that begin so."),
                         attribute("ids", &Things::ids).computed().doc("Their ids, sorted."));
  }
};

class ThingsSource : public DataSource<Things> {
 public:
  explicit ThingsSource(World& world) : world_(world) {}
  std::string name() const override { return "things"; }
  Status read(Things& things, Call&) override {
    things.ids.emplace();
    for (const auto& id : world_.ids("thing")) {
      if (id.starts_with(things.prefix.value_or(""))) things.ids->push_back(id);
    }
    return {};
  }

 private:
  World& world_;
};

struct Token {
  Attr<std::string> user;
  Attr<Secret> token;
  static auto schema() {
    return model<Token>("A token that expires.",
                        attribute("user", &Token::user).required().doc("Whose it is."),
                        attribute("token", &Token::token).computed().doc("The token."));
  }
};

class TokenEphemeral : public Ephemeral<Token> {
 public:
  explicit TokenEphemeral(World& world) : world_(world) {}
  std::string name() const override { return "token"; }
  Status open(Token& token, Lease& lease, Call&) override {
    token.token = Secret("token of " + *token.user);
    lease.saved["user"] = *token.user;
    lease.renew_at = std::chrono::system_clock::now() + std::chrono::minutes(5);
    world_.note("opened for " + *token.user);
    return {};
  }
  Status renew(Lease& lease, Call&) override {
    lease.renew_at = std::chrono::system_clock::now() + std::chrono::minutes(5);
    world_.note("renewed for " + lease.saved["user"]);
    return {};
  }
  Status close(const Lease& lease, Call&) override {
    world_.note("closed for " + lease.saved.at("user"));
    return {};
  }

 private:
  World& world_;
};

struct Ping {
  Attr<std::int64_t> times;
  static auto schema() {
    return model<Ping>("Says ping.",
                       attribute("times", &Ping::times).required().between(1, 10).doc("How often."));
  }
};

class PingAction : public Action<Ping> {
 public:
  explicit PingAction(World& world) : world_(world) {}
  std::string name() const override { return "ping"; }
  Status invoke(const Ping& ping, Call& call) override {
    for (int i = 1; i <= *ping.times; ++i) call.progress("ping " + std::to_string(i));
    if (world_.switched("ping")) return retry("nobody answers", "the test world");
    return {};
  }

 private:
  World& world_;
};

struct Settings {
  Attr<std::string> folder;
  static auto schema() {
    return model<Settings>(
        "A provider for tests.",
        attribute("folder", &Settings::folder).optional().doc("The world's folder; also `MSTEST_FOLDER`."));
  }
};

class SettingsConfiguration : public Configuration<Settings> {
 public:
  explicit SettingsConfiguration(World& world) : world_(world) {}
  Status configure(const Settings& settings, const std::string& terraform_version, Call&) override {
    const char* variable = std::getenv("MSTEST_FOLDER");
    std::string folder = settings.folder.value_or(variable ? variable : "");
    if (folder.empty()) return ask("There is no folder", {}, "set `folder` or MSTEST_FOLDER", {"folder"});
    world_.open(folder);
    world_.note("configured by " + terraform_version);
    return {};
  }

 private:
  World& world_;
};

Result<std::string> greet(std::string name, Attr<std::string> greeting, Variadic<std::string> titles) {
  if (name.empty()) return ask("The name is empty", {}, {}, {"name"});
  std::string out = greeting.value_or("Hello") + ",";
  for (const auto& title : titles.items) out += " " + title;
  return out + " " + name;
}

Result<std::map<std::string, std::int64_t>> lengths(std::vector<std::string> texts) {
  std::map<std::string, std::int64_t> out;
  for (const auto& text : texts) out[text] = static_cast<std::int64_t>(text.size());
  return out;
}

}  // namespace

std::unique_ptr<AnyResource> slow(World& world) {
  return std::make_unique<SlowResource>(world);
}
std::unique_ptr<AnyResource> resumable(World& world) {
  return std::make_unique<ResumableResource>(world);
}
std::unique_ptr<AnyResource> component(World& world, const std::string& name,
                                       std::vector<Attribute> attributes) {
  return std::make_unique<Component>(world, name, std::move(attributes));
}
std::unique_ptr<AnyDataSource> things(World& world) {
  return std::make_unique<ThingsSource>(world);
}
std::unique_ptr<AnyEphemeral> token(World& world) {
  return std::make_unique<TokenEphemeral>(world);
}
std::unique_ptr<AnyAction> ping(World& world) {
  return std::make_unique<PingAction>(world);
}
std::unique_ptr<AnyConfiguration> settings(World& world) {
  return std::make_unique<SettingsConfiguration>(world);
}

std::vector<Function> functions() {
  return {
      function("greet", &greet, {"name", "greeting", "titles"})
          .doc("Greets somebody. With all titles.")
          .parameter("name", "Who is greeted.")
          .parameter("greeting", "How; null is hello.")
          .parameter("titles", "Titles before the name."),
      function("lengths", &lengths, {"texts"}).doc("How long texts are.").parameter("texts", "The texts.")};
}

Provider make_provider(World& world) {
  Provider provider("mstest", "1.0.0");
  provider.configuration(settings(world));
  provider.add(thing(world));
  provider.add(slow(world));
  provider.add(resumable(world));
  provider.add(component(
      world, "alpha",
      {named("workers", Type::number()).default_value(Value::number(2)).doc("How many.").attribute}));
  provider.add(component(
      world, "beta",
      {named("mode", Type::string()).optional().replaces().one_of({"a", "b"}).doc("Which way.").attribute}));
  provider.add(things(world));
  provider.add(token(world));
  provider.add(list_of_things(world));
  provider.add(ping(world));
  for (auto& function : functions()) provider.add(std::move(function));
  return provider;
}

}  // namespace microstack::mstest
