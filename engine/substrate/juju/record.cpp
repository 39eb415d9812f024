#include "engine/substrate/juju/record.h"

#include "engine/base/secret.h"
#include "engine/clients/juju/secrets.h"

namespace microstack::charmed {

namespace {

constexpr const char* label = "microstack-deployment";
constexpr const char* content_key = "deployment";
constexpr const char* writer_key = "writer";  // who wrote this revision, to see whether one's own has stayed
constexpr int most_attempts = 10;

Error overtaken(std::int64_t is, std::int64_t wanted) {
  auto error = retry("the deployment has revision " + std::to_string(is) + ", not " + std::to_string(wanted) +
                         ": somebody changed it meanwhile",
                     label, "look at it again and repeat the change on top of it");
  error.code = "revision";
  return error;
}

Result<std::optional<Deployment>> deployment_in(const std::optional<juju::SecretInfo>& secret) {
  if (!secret) return std::optional<Deployment>();
  const auto content = secret->values.find(content_key);
  if (content == secret->values.end())
    return give_up("secret " + std::string(label) + " holds no deployment");
  const auto json = Json::parse(content->second.reveal(), nullptr, false);
  if (json.is_discarded()) return give_up("secret " + std::string(label) + " holds no JSON");
  MS_TRY(auto deployment, deployment_from_json(json, label));
  return std::optional(std::move(deployment));
}

}  // namespace

Result<std::optional<Deployment>> JujuRecord::read(const juju::Limit& limit) {
  MS_TRY(const auto model, view_.find(limit));
  if (!model) return std::optional<Deployment>();
  MS_TRY(auto* session, view_.session(limit));
  MS_TRY(const auto secret, juju::find_secret(*session, label, true, limit));
  return deployment_in(secret);
}

Result<Deployment> JujuRecord::edit(std::int64_t if_match, const std::function<Status(Deployment&)>& change,
                                    const juju::Limit& limit) {
  MS_TRY(auto* session, view_.session(limit));
  MS_TRY(const auto secret, juju::find_secret(*session, label, true, limit));
  MS_TRY(const auto there, deployment_in(secret));
  auto deployment = there.value_or(Deployment{});
  if (deployment.revision != if_match) return overtaken(deployment.revision, if_match);
  MS_CHECK(change(deployment));
  deployment.format = Deployment::newest_format;
  ++deployment.revision;
  const auto writer = random_secret(9);
  const juju::SecretValues values = {{content_key, Secret(to_json(deployment).dump())}, {writer_key, writer}};
  if (!secret) {
    auto made = juju::create_secret(*session, label, values, limit);
    if (!made && made.error().has_code(juju::code::already_exists)) return overtaken(1, if_match);
    if (!made) return std::move(made).error();
  } else {
    MS_CHECK(juju::update_secret(*session, secret->uri, values, limit));
  }
  // There is no "write if unchanged": of two that write at once both see here that another revision came between.
  MS_TRY(const auto now, juju::find_secret(*session, label, true, limit));
  const auto who = now ? now->values.find(writer_key) : decltype(now->values.end()){};
  const bool mine = now && who != now->values.end() && who->second == writer;
  if (!mine || (secret && now->revision != secret->revision + 1))
    return overtaken(deployment.revision, if_match);
  return deployment;
}

Status change_record(DeploymentRecord& record, const std::function<Status(Deployment&)>& change,
                     const juju::Limit& limit) {
  std::optional<Error> last;
  for (int attempt = 0; attempt < most_attempts && !limit.over(); ++attempt) {
    MS_TRY(const auto there, record.read(limit));
    auto wanted = there.value_or(Deployment{});
    MS_CHECK(change(wanted));
    if (there && to_json(wanted) == to_json(*there)) return {};
    auto done = record.edit(there ? there->revision : 0, change, limit);
    if (done) return {};
    if (!done.error().has_code("revision")) return std::move(done).error();
    last = std::move(done).error();
  }
  return last ? *last : limit.error("the record of the deployment", label);
}

}  // namespace microstack::charmed
