#include "juju-plugin/front.h"

#include <iostream>

namespace microstack::plugin {

Result<const Catalogue*> Front::catalogue() {
  if (!catalogue_) {
    MS_TRY(auto loaded, Catalogue::load_embedded());
    catalogue_ = std::make_unique<Catalogue>(std::move(loaded));
  }
  return catalogue_.get();
}

Result<Cluster*> Front::cluster() {
  if (!cluster_) {
    MS_TRY(const Catalogue* all, catalogue());
    MS_TRY(cluster_, choose_cluster(*all, chosen(), watch(std::chrono::seconds(60))));
  }
  return cluster_.get();
}

Watch Front::watch(std::chrono::milliseconds limit) {
  Watch watch;
  watch.stop = stop;
  watch.limit = limit;
  watch.event = [this](const Event& event) {
    const std::lock_guard lock(mutex_);
    if (event.kind == Event::Kind::done) return;
    if (event.kind == Event::Kind::error && event.step.empty())
      return;  // told once, by whoever it goes back to
    if (!table_) table_ = std::make_unique<Table>(err_is_terminal);
    err << table_->text(event) << std::flush;
  };
  return watch;
}

void Front::tell(const std::string& line) {
  const std::lock_guard lock(mutex_);
  if (err_is_terminal) err << "\r\033[K";
  err << line << std::endl;
}

Status Front::confirm(const std::string& what_is_lost, const std::string& word, bool given) {
  if (given) return {};
  if (!in_is_terminal)
    return ask(what_is_lost, {}, "say so with --no-prompt: there is nobody here to ask", {"--no-prompt"});
  tell(what_is_lost);
  err << "Type \"" << word << "\" to go on: " << std::flush;
  std::string line;
  std::getline(in, line);
  if (line == word) return {};
  return ask("nothing was done: \"" + word + "\" was not typed");
}

void Front::answer(const std::string& format, const Json& value, const std::vector<Section>& sections) {
  const std::lock_guard lock(mutex_);
  if (format == "json" || format == "yaml")
    out << value_text(value, format);
  else
    out << table_text(sections, out_is_terminal, width);
  out << std::flush;
}

}  // namespace microstack::plugin
