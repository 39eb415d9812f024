#include "engine/steps/juju/active.h"

namespace microstack::juju {

namespace {

constexpr int history_lines = 4;
constexpr std::size_t most_units = 5;

bool is_bad(const std::string& status) {
  return status == "blocked" || status == "error" || status == "lost" || status == "terminated";
}

}  // namespace

std::vector<Error> causes(ModelView& view, const std::vector<Trouble>& found, Evidence* evidence,
                          std::size_t most, const Limit& limit) {
  std::vector<Error> out;
  auto session = view.session(limit);
  for (const auto& trouble : found) {
    if (out.size() == most) {
      out.push_back(retry("and " + std::to_string(found.size() - most) + " more"));
      break;
    }
    auto error = trouble.waits ? retry(trouble.text()) : ask(trouble.text());
    if (session) {
      if (auto history = status_history(**session, trouble.name, history_lines, limit))
        for (const auto& before : *history)
          error.causes.push_back(retry(before.since + " " + before.status +
                                       (before.message.empty() ? "" : ": " + before.message)));
    }
    if (evidence)
      for (const auto& line : evidence->of(view.name(), trouble.name, limit))
        error.causes.push_back(retry(line));
    out.push_back(std::move(error));
  }
  return out;
}

Result<Truth> ActiveStep::check(StepContext& context) {
  MS_TRY(const auto status, view_.status(limit(context)));
  if (!status) return Truth::no("there is no " + view_.text());
  const auto verdict = active(wish_.applications)(*status);
  return verdict.kind == StatusPoller::Verdict::holds ? Truth::yes() : Truth::no(verdict.text);
}

Error ActiveStep::explained(Error error, const Limit& limit) {
  // The judge's own words where it gave up, the limit's otherwise.
  const bool hopeless = error.kind == ErrorKind::ask && !error.causes.empty();
  error.what = wish_.title + " is not active: " + (hopeless ? error.causes.front().what : error.what);
  error.where = view_.text();
  const auto status = view_.status(limit);
  if (!status || !*status) return error;
  auto why = causes(view_, troubles(**status, wish_.applications), evidence_, most_units, limit);
  if (!why.empty()) error.causes = std::move(why);
  return error;
}

Status ActiveStep::apply(StepContext& context) {
  MS_TRY(auto* poller, view_.poller(limit(context)));
  using Clock = std::chrono::steady_clock;
  std::string seen;
  auto since = Clock::now();
  const auto wait_for_all = active(wish_.applications);
  const auto judge = [&](const ModelStatus& status) -> StatusPoller::Verdict {
    auto verdict = wait_for_all(status);
    if (verdict.kind != StatusPoller::Verdict::pending) return verdict;
    std::string now;
    bool hopeless = true;
    for (const auto& trouble : troubles(status, wish_.applications)) {
      now += trouble.text() + "\n";
      hopeless = hopeless && is_bad(trouble.status.status);
    }
    if (now != seen || !hopeless || now.empty()) {
      seen = now;
      since = Clock::now();
    } else if (Clock::now() - since >= wish_.patience) {
      return {StatusPoller::Verdict::never,
              "nothing has changed for " +
                  std::to_string(std::chrono::duration_cast<std::chrono::seconds>(wish_.patience).count()) +
                  " s: " + verdict.text};
    }
    return verdict;
  };
  auto done = poller->wait(wish_.title, judge, Limit::of(wish_.limit, context.stop), context.waiting);
  view_.changed();
  if (done || context.stop.stop_requested()) return done;
  return explained(std::move(done).error(), limit(context));
}

}  // namespace microstack::juju
