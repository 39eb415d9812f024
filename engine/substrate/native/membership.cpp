#include "engine/substrate/native/membership.h"

#include "engine/host/local_host.h"
#include "engine/substrate/native/recipe.h"

namespace microstack::native {
namespace {

// The same task for several nodes: told apart by the node's name.
class ForNode : public Step {
 public:
  ForNode(std::string node, std::unique_ptr<Step> step) : node_(std::move(node)), step_(std::move(step)) {}

  std::string id() const override { return node_ + " " + step_->id(); }
  std::string title() const override { return step_->title() + ": " + node_; }
  std::string host() const override { return step_->host(); }
  Json inputs() const override { return step_->inputs(); }
  Result<Truth> check(StepContext& context) override { return step_->check(context); }
  Status apply(StepContext& context) override { return step_->apply(context); }
  Status undo(StepContext& context) override { return step_->undo(context); }

 private:
  std::string node_;
  std::unique_ptr<Step> step_;
};

Result<Plan> tasks_of(const std::vector<Profile>& nodes, const Catalogue& catalogue, Tools& tools,
                      TasksOf which) {
  Plan plan;
  for (const Profile& node : nodes) {
    MS_TRY(const Json facts, node_facts(node, catalogue, Json::object()));
    MS_TRY(auto steps, member_tasks(node, catalogue, facts, tools, which));
    for (auto& step : steps) plan.add(std::make_unique<ForNode>(node.node.name, std::move(step)));
  }
  MS_CHECK(plan.validate());
  return plan;
}

// What the node's host can do decides no secret, so it is planned for none in particular.
Result<Recipe> recipe_of(const Profile& node, const Catalogue& catalogue, Tools& tools) {
  if (node.has_role("control"))
    return ask("node " + node.node.name + " is a control node, which draws its own secrets", {}, {},
               {"node", "roles"});
  MS_TRY(const Json facts, node_facts(node, catalogue, Json::object()));
  return recipe(node, catalogue, facts, tools);
}

}  // namespace

Result<std::map<std::string, std::string>> handed_over(const Profile& node, const Catalogue& catalogue,
                                                       Tools& tools) {
  MS_TRY(const Recipe recipe, recipe_of(node, catalogue, tools));
  std::map<std::string, std::string> out;
  for (const auto& name : recipe.secrets) {
    if (is_given(name)) {  // the node may have one of its own
      MS_TRY(const auto given, tools.secrets.find(name));
      if (given) out[name] = given->reveal();
      continue;
    }
    MS_TRY(const Secret secret, tools.secrets.need(name));
    out[name] = secret.reveal();
  }
  MS_TRY(const KeyPair authority, need_authority(tools.secrets, node.cluster.name));
  out[authority_certificate_secret] = authority.certificate;
  for (const auto& fact : recipe.certificates) {
    MS_TRY(const Secret pair, issue_for(authority, fact));
    out[certificate_secret(fact)] = pair.reveal();
  }
  return out;
}

Result<std::map<std::string, std::string>> handed_over(const Profile& node, const Catalogue& catalogue,
                                                       const Given& given) {
  LocalHost planning;  // nothing is asked of it
  Secrets none(planning, /*draws=*/false);
  Tools tools(planning, none);
  MS_TRY(const Recipe recipe, recipe_of(node, catalogue, tools));
  std::map<std::string, std::string> out;
  for (const auto& name : recipe.secrets) {
    if (is_given(name)) continue;
    const auto found = given.secrets.find(name);
    if (found == given.secrets.end())
      return give_up("node " + node.node.name + " needs the secret " + name +
                     ", which its control plane does not say");
    out[name] = found->second;
  }
  out[authority_certificate_secret] = given.believed;
  for (const auto& fact : recipe.certificates) {
    MS_TRY(const Secret pair, issue_for(given.authority, fact));
    out[certificate_secret(fact)] = pair.reveal();
  }
  return out;
}

Result<std::vector<std::string>> needed(const Profile& node, const Catalogue& catalogue, Tools& tools) {
  MS_TRY(const Recipe recipe, recipe_of(node, catalogue, tools));
  std::set<std::string> out = recipe.secrets;
  out.insert(authority_certificate_secret);
  for (const auto& fact : recipe.certificates) out.insert(certificate_secret(fact));
  return std::vector<std::string>(out.begin(), out.end());
}

Result<Plan> joining(const std::vector<Profile>& nodes, const Catalogue& catalogue, Tools& tools) {
  return tasks_of(nodes, catalogue, tools, &Component::Native::joining);
}

Result<Plan> parting(const std::vector<Profile>& nodes, const Catalogue& catalogue, Tools& tools) {
  return tasks_of(nodes, catalogue, tools, &Component::Native::leaving);
}

}  // namespace microstack::native
