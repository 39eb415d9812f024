#include "engine/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/plan/graph.h"

namespace microstack {

namespace {

// The steps of one cycle, as "a <- b <- a". Every node that is not in `order` has a predecessor that is not
// either, so walking backwards among them must meet a node twice.
std::string cycle_text(const Plan& plan, const Graph& graph, const std::vector<std::size_t>& order) {
  std::vector<bool> ordered(graph.size());
  for (const auto node : order) ordered[node] = true;
  std::vector<std::size_t> walk;
  auto node = static_cast<std::size_t>(std::find(ordered.begin(), ordered.end(), false) - ordered.begin());
  while (std::find(walk.begin(), walk.end(), node) == walk.end()) {
    walk.push_back(node);
    const auto& before = graph.before[node];
    node = *std::find_if(before.begin(), before.end(), [&](std::size_t other) { return !ordered[other]; });
  }
  std::string text;
  for (auto at = std::find(walk.begin(), walk.end(), node); at != walk.end(); ++at)
    text += plan.nodes()[*at].step->id() + " <- ";
  return text + plan.nodes()[node].step->id();
}

}  // namespace

void Plan::add(std::unique_ptr<Step> step, std::vector<std::string> after) {
  nodes_.push_back({std::move(step), std::move(after)});
}

void Plan::add(Plan other, const std::vector<std::string>& after) {
  std::set<std::string> inner;
  for (const auto& node : other.nodes_) inner.insert(node.step->id());
  for (auto& node : other.nodes_) {
    const bool root = std::none_of(node.after.begin(), node.after.end(),
                                   [&](const auto& id) { return inner.count(id) > 0; });
    if (root) node.after.insert(node.after.end(), after.begin(), after.end());
    nodes_.push_back(std::move(node));
  }
}

std::vector<std::size_t> Graph::order() const {
  std::vector<std::size_t> waiting(size());
  std::set<std::size_t> ready;
  for (std::size_t i = 0; i < size(); ++i)
    if ((waiting[i] = before[i].size()) == 0) ready.insert(i);
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const auto node = ready.extract(ready.begin()).value();
    order.push_back(node);
    for (const auto next : after[node])
      if (--waiting[next] == 0) ready.insert(next);
  }
  return order;
}

Result<Graph> graph_of(const Plan& plan) {
  std::map<std::string, std::size_t> index;
  for (const auto& node : plan.nodes())
    if (const auto id = node.step->id(); !index.emplace(id, index.size()).second)
      return give_up(fmt::format("the plan has the step {} twice", id), {},
                     "this is a mistake in the catalogue");
  Graph graph{std::vector<std::vector<std::size_t>>(plan.size()),
              std::vector<std::vector<std::size_t>>(plan.size())};
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const auto& node = plan.nodes()[i];
    for (const auto& id : std::set<std::string>(node.after.begin(), node.after.end())) {
      const auto found = index.find(id);
      if (found == index.end())
        return give_up(fmt::format("{} waits for {}, which is no step of the plan", node.step->id(), id), {},
                       "this is a mistake in the catalogue");
      graph.before[i].push_back(found->second);
      graph.after[found->second].push_back(i);
    }
  }
  if (const auto order = graph.order(); order.size() != plan.size())
    return give_up("the plan has steps that wait for each other: " + cycle_text(plan, graph, order), {},
                   "this is a mistake in the catalogue");
  return graph;
}

Status Plan::validate() const {
  MS_TRY(const auto graph, graph_of(*this));
  return {};
}

std::string Plan::text() const {
  const auto graph = graph_of(*this);
  if (!graph) return graph.error().text() + "\n";
  std::string text;
  for (const auto i : graph->order()) {
    const auto& node = nodes_[i];
    text += node.step->id();
    if (!node.after.empty()) text += fmt::format("  <- {}", fmt::join(node.after, ", "));
    if (const auto inputs = node.step->inputs(); !inputs.empty())
      text += "  " + inputs.dump(-1, ' ', false, Json::error_handler_t::replace);
    text.push_back('\n');
  }
  return text;
}

}  // namespace microstack
