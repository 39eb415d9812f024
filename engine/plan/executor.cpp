#include "engine/plan/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "engine/base/secret.h"
#include "engine/plan/graph.h"

namespace microstack {

namespace {

using State = StepOutcome::State;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Work {
  State state = State::held;
  std::string difference;
  double seconds = 0;
  std::optional<Error> error;
};

// One walk over a plan: calls work(i) for every node whose predecessors are done, several at once, and tells
// of it.
class Walk {
 public:
  using Job = std::function<Work(Step&, StepContext&)>;

  Walk(const Plan& plan, const RunOptions& options, Graph graph)
      : plan_(plan),
        options_(options),
        graph_(std::move(graph)),
        run_(options.run.empty() ? random_secret(9).reveal() : options.run) {
    for (const auto& node : plan.nodes())
      steps_.push_back({node.step->id(), node.step->title(), State::skipped, 0, {}});
    estimate();
  }

  const std::string& run_id() const { return run_; }
  double seconds() const { return since(start_); }
  std::vector<StepOutcome>& steps() { return steps_; }
  std::vector<std::optional<Error>>& errors() { return errors_; }

  void walk(const Job& job) {
    errors_.resize(plan_.size());
    waiting_.resize(plan_.size());
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      waiting_[i] = graph_.before[i].size();
      if (waiting_[i] == 0) ready_.insert(rank(i));
    }
    tell({.kind = Event::Kind::plan, .total = total(), .eta_s = eta_});
    const auto count =
        std::min<std::size_t>(static_cast<std::size_t>(std::max(1, options_.parallelism)), plan_.size());
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&] { work(job); });
  }

  void tell(Event event) {
    const std::lock_guard lock(telling_);
    event.run = run_;
    event.t = seconds();
    options_.events(event);
  }

  Event about(Event::Kind kind, const Step& step) const {
    return {.kind = kind, .step = step.id(), .title = step.title(), .host = step.host()};
  }

 private:
  // The longest way to the end goes first; among equals the plan's order.
  std::pair<double, std::size_t> rank(std::size_t i) const { return {-path_[i], i}; }

  // Length of the way from each node to the end, in seconds of the last run (a second where not known).
  void estimate() {
    seconds_.resize(plan_.size(), 1);
    path_.resize(plan_.size());
    std::size_t known = 0;
    for (std::size_t i = 0; i < plan_.size(); ++i)
      if (const double last = options_.journal ? options_.journal->last_seconds(steps_[i].id) : -1;
          last >= 0) {
        seconds_[i] = last;
        ++known;
      }
    estimated_ = known * 2 >= plan_.size() && known > 0;
    auto order = graph_.order();
    for (auto i = order.rbegin(); i != order.rend(); ++i) {
      for (const auto next : graph_.after[*i]) path_[*i] = std::max(path_[*i], path_[next]);
      path_[*i] += seconds_[*i];
    }
    done_.resize(plan_.size());
    update_eta();
  }

  // What is left cannot take less than its longest chain, nor than all of it side by side.
  void update_eta() {
    if (!estimated_) return;
    double chain = 0, sum = 0;
    for (std::size_t i = 0; i < plan_.size(); ++i)
      if (!done_[i]) {
        chain = std::max(chain, path_[i]);
        sum += seconds_[i];
      }
    eta_ = std::max(chain, sum / std::max(1, options_.parallelism));
  }

  void work(const Job& job) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return !ready_.empty() || running_ == 0; });
      if (ready_.empty()) break;
      const auto i = ready_.extract(ready_.begin()).value().second;
      ++running_;
      lock.unlock();
      auto done = options_.stop.stop_requested() ? Work{.state = State::cancelled}
                                                 : guarded(job, *plan_.nodes()[i].step);
      lock.lock();
      finish(i, std::move(done));
      --running_;
      changed_.notify_all();
    }
    changed_.notify_all();
  }

  Work guarded(const Job& job, Step& step) {
    StepContext context;
    context.stop = options_.stop;
    context.progress = [&](std::int64_t done, std::int64_t total, const std::string& what) {
      auto event = about(Event::Kind::progress, step);
      event.done = done;
      event.total = total;
      if (!what.empty()) event.title = what;
      tell(std::move(event));
    };
    context.waiting = [&](const std::string& waiting_for) {
      auto event = about(waiting_for.empty() ? Event::Kind::progress : Event::Kind::wait, step);
      event.waiting_for = waiting_for;
      tell(std::move(event));
    };
    try {
      return job(step, context);
    } catch (const std::exception& e) {
      return {.state = State::failed,
              .error = give_up(fmt::format("an exception: {}", e.what()), step.host(), "this is a bug")};
    }
  }

  // With mutex_ held: takes the outcome in and frees what waited for it.
  void finish(std::size_t i, Work work) {
    auto& outcome = steps_[i];
    outcome.seconds = work.seconds;
    outcome.difference = std::move(work.difference);
    if (work.state == State::failed && options_.stop.stop_requested()) work.state = State::cancelled;
    outcome.state = work.state;
    done_[i] = true;
    ++finished_;
    update_eta();
    const auto& step = *plan_.nodes()[i].step;
    if (work.state == State::failed) {
      errors_[i] = doing(step.title(), std::move(*work.error));
      auto event = about(Event::Kind::error, step);
      event.error = errors_[i];
      tell(std::move(event));
      return;
    }
    if (work.state == State::cancelled) return;
    auto event = about(Event::Kind::end, step);
    event.done = static_cast<std::int64_t>(finished_);
    event.total = total();
    event.eta_s = eta_;
    tell(std::move(event));
    for (const auto next : graph_.after[i])
      if (--waiting_[next] == 0) ready_.insert(rank(next));
  }

  std::int64_t total() const { return static_cast<std::int64_t>(plan_.size()); }

  const Plan& plan_;
  const RunOptions& options_;
  const Graph graph_;
  const std::string run_;
  const Clock::time_point start_ = Clock::now();
  std::vector<double> seconds_, path_;
  bool estimated_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StepOutcome> steps_;
  std::vector<std::optional<Error>> errors_;
  std::vector<std::size_t> waiting_;
  std::vector<bool> done_;
  std::set<std::pair<double, std::size_t>> ready_;
  std::size_t running_ = 0, finished_ = 0;
  double eta_ = -1;

  std::mutex telling_;  // events one at a time
};

// All failures under one error. A person is asked when any of them needs one.
std::optional<Error> gather(std::vector<StepOutcome>& steps, std::vector<std::optional<Error>>& errors,
                            const char* what) {
  Error all;
  std::size_t cancelled = 0, skipped = 0;
  bool asks = false, gives_up = false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    cancelled += steps[i].state == State::cancelled;
    skipped += steps[i].state == State::skipped && !errors[i];
    if (!errors[i]) continue;
    asks |= errors[i]->kind == ErrorKind::ask;
    gives_up |= errors[i]->kind == ErrorKind::give_up;
    if (all.causes.empty()) all.attribute = errors[i]->attribute;
    all.causes.push_back(std::move(*errors[i]));
  }
  if (all.causes.empty() && cancelled == 0) return std::nullopt;
  if (cancelled > 0 && all.causes.empty())
    return retry(
        fmt::format("{} was cancelled with {} of {} steps left", what, cancelled + skipped, steps.size()), {},
        "run it again to go on");
  all.kind = asks ? ErrorKind::ask : gives_up ? ErrorKind::give_up : ErrorKind::retry;
  all.what = fmt::format("{}: {} of {} steps failed", what, all.causes.size(), steps.size());
  if (skipped + cancelled > 0) all.what += fmt::format(", {} wait for them", skipped + cancelled);
  return all;
}

Outcome broken(Error error) {
  return {.run = {}, .steps = {}, .error = std::move(error)};
}

Work apply(Walk& walk, Journal* journal, Step& step, StepContext& context) {
  auto before = step.check(context);
  if (!before) return {.state = State::failed, .error = std::move(before).error()};
  if (before->holds) return {.state = State::held};
  walk.tell(walk.about(Event::Kind::begin, step));
  if (journal) journal->begin(walk.run_id(), step.id());
  const auto start = Clock::now();
  Work work{.state = State::applied, .difference = before->difference};
  if (auto applied = step.apply(context); !applied) {
    work.error = std::move(applied).error();
  } else if (auto after = step.check(context); !after) {
    work.error = doing("looking whether it holds now", std::move(after).error());
  } else if (!after->holds) {
    work.error =
        give_up(fmt::format("it was applied without an error, but does not hold: {}", after->difference),
                step.host(), "this is a bug in the step, or something else on the host undoes it");
  }
  work.seconds = since(start);
  if (work.error) work.state = State::failed;
  if (journal)
    journal->end(walk.run_id(), step.id(), work.seconds, work.error ? work.error->text() : std::string{});
  return work;
}

Outcome outcome_of(Walk& walk, const char* what) {
  auto error = gather(walk.steps(), walk.errors(), what);
  return {.run = walk.run_id(),
          .steps = std::move(walk.steps()),
          .error = std::move(error),
          .seconds = walk.seconds()};
}

}  // namespace

Outcome execute(const Plan& plan, const RunOptions& options) {
  auto graph = graph_of(plan);
  if (!graph) return broken(std::move(graph).error());
  Walk walk(plan, options, std::move(*graph));
  walk.walk([&](Step& step, StepContext& context) { return apply(walk, options.journal, step, context); });
  return outcome_of(walk, "the run");
}

Outcome unwind(const Plan& plan, const RunOptions& options) {
  auto graph = graph_of(plan);
  if (!graph) return broken(std::move(graph).error());
  Walk walk(plan, options, graph->reversed());
  walk.walk([&](Step& step, StepContext& context) -> Work {
    walk.tell(walk.about(Event::Kind::begin, step));
    const auto start = Clock::now();
    auto undone = step.undo(context);
    if (!undone) return {.state = State::failed, .error = std::move(undone).error()};
    return {.state = State::applied, .seconds = since(start)};
  });
  return outcome_of(walk, "the removal");
}

Findings examine(const Plan& plan, const RunOptions& options) {
  auto graph = graph_of(plan);
  if (!graph) return {.steps = {}, .differences = {}, .error = std::move(graph).error()};
  Walk walk(plan, options, graph->unordered());
  walk.walk([&](Step& step, StepContext& context) -> Work {
    auto truth = step.check(context);
    if (!truth) return {.state = State::failed, .error = std::move(truth).error()};
    if (truth->holds) return {.state = State::held};
    return {.state = State::skipped,
            .difference = truth->difference.empty() ? step.title() : truth->difference};
  });
  // A look that fails behind a fact that does not hold (the database behind its stopped server) is that
  // difference's consequence, not an error of its own.
  std::vector<bool> untrue(plan.size());
  auto& steps = walk.steps();
  auto& errors = walk.errors();
  for (const auto i : graph->order()) {
    const auto& before = graph->before[i];
    const bool behind =
        std::any_of(before.begin(), before.end(), [&](std::size_t other) { return untrue[other]; });
    if (steps[i].state == State::failed && behind) {
      steps[i].state = State::skipped;
      errors[i].reset();
    }
    untrue[i] = behind || steps[i].state != State::held;
  }
  Findings findings;
  for (const auto& step : steps)
    if (step.state == State::skipped && !step.difference.empty())
      findings.differences.push_back(step.difference);
  for (auto& step : steps)
    if (step.state == State::skipped && step.difference.empty())
      step.difference = "cannot be looked at before what it stands on holds";
  findings.error = gather(steps, errors, "looking");
  findings.steps = std::move(steps);
  return findings;
}

}  // namespace microstack
