#include <fmt/chrono.h>
#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "engine/base/file.h"
#include "engine/base/secret.h"
#include "engine/host/local_host.h"
#include "juju-plugin/format/redaction.h"
#include "juju-plugin/format/status_view.h"
#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

// A folder that is gone when this is.
class Folder {
 public:
  explicit Folder(std::string path) : path_(std::move(path)) {}
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Status run_inspect(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  const auto watch = front.watch(std::chrono::minutes(5));
  const auto name =
      fmt::format("microstack-{}-{:%Y%m%dT%H%M%SZ}", cluster->name(),
                  fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  const auto bundle = std::filesystem::absolute(arguments.text("--output", name + ".tar.gz")).string();
  const auto status = cluster->status(watch);
  auto evidence = cluster->evidence(watch);
  evidence.push_back({"status.txt", table_text(sections_of(status), false)});
  evidence.push_back({"status.json", to_json(status).dump(2) + "\n"});
  evidence.push_back({"version.txt", std::string(MICROSTACK_VERSION) + "\n"});
  const auto secrets = cluster->secrets(watch);

  // Next to the bundle: what is gathered is as private as the bundle is.
  const Folder work(bundle + "." + random_secret(12).reveal());
  for (const auto& file : evidence)
    MS_CHECK(
        write_file(work.path() + "/" + name + "/" + file.name, redacted(file.text, secrets), 0600, 0700));
  LocalHost local;
  Command pack;
  pack.argv = {"tar", "-czf", work.path() + "/bundle", "-C", work.path(), name};
  MS_CHECK(run_ok(local, pack, front.stop));
  MS_TRY(auto bytes, read_file(work.path() + "/bundle"));
  MS_CHECK(write_file(bundle, *bytes, 0600));

  Json files = Json::array();
  for (const auto& file : evidence) files.push_back(file.name);
  Section section;
  section.rows = {
      {"Bundle", {bundle, Tone::strong}},
      {"Holds", fmt::format("{} files, {} kinds of secrets taken out", evidence.size(), secrets.size())},
      {"State", {status.state, tone_of(status.state)}}};
  front.answer(arguments.text("--format"), {{"bundle", bundle}, {"files", files}, {"state", status.state}},
               {section});
  return {};
}

}  // namespace

Verb inspect_verb() {
  return {
      "inspect",
      "Pack what somebody who helps wants to see, without secrets",
      "Status, deployment, profile, units, journals, network and processes; passwords, keys and tokens are "
      "taken out. Works on a cloud that is broken as well: what cannot be looked at says why.",
      {{Parameter::Kind::option,
        "-o,--output",
        "where to; microstack-NAME-TIME.tar.gz when not given",
        false,
        {},
        "file"},
       format_parameter()},
      run_inspect};
}

}  // namespace microstack::plugin
