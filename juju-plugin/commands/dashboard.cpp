#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

Status run_dashboard(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  MS_TRY(const std::string url, cluster->dashboard(front.watch(std::chrono::seconds(60))));
  Json value = {{"url", url}, {"user", "admin"}, {"domain", "Default"}};
  Section section;
  section.rows = {{"URL", url}, {"User", "admin"}, {"Domain", "Default"}};
  if (arguments.has("--password")) {
    MS_TRY(const Secret password, cluster->secret("keystone/admin"));
    value["password"] = password.reveal();
    section.rows.push_back({"Password", password.reveal()});
  }
  front.answer(arguments.text("--format"), value, {section});
  return {};
}

}  // namespace

Verb dashboard_verb() {
  return {"dashboard",
          "Where the dashboard is, and who can log in",
          {},
          {{Parameter::Kind::flag, "--password", "show the administrator's password as well"},
           format_parameter()},
          run_dashboard};
}

}  // namespace microstack::plugin
