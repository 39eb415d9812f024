// What a verb is given of the world outside: where it writes, whom it may ask, which cloud is meant, and how it
// ends.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "engine/catalogue/catalogue.h"
#include "engine/cloud/hypervisor.h"
#include "engine/plan/event_table.h"
#include "engine/plan/exit.h"
#include "juju-plugin/answers.h"
#include "juju-plugin/clusters/choice.h"
#include "juju-plugin/format/format.h"

namespace microstack::plugin {

class Front {
 public:
  // Answers go to `out`, progress and errors to `err`.
  Front(std::istream& in, std::ostream& out, std::ostream& err) : in(in), out(out), err(err) {}

  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false, err_is_terminal = false, in_is_terminal = false;
  std::size_t width = 0;  // of the terminal; 0: any
  std::stop_token stop = {};
  Exit exit = Exit::ok;

  // Whether an SSH server greets there; one look.
  std::function<bool(const std::string& address)> ssh_greets = [](const std::string& address) {
    return plugin::ssh_greets(address, 22, std::chrono::seconds(3));
  };

  // Which cloud: --cluster, -m, -c, --kubeconfig as given.
  std::string cluster_name, model, controller, kubeconfig;
  std::chrono::milliseconds poll{2'000};  // between two looks at a model; tests look more often

  Result<const Catalogue*> catalogue();
  Chosen chosen() const { return {cluster_name, model, controller, kubeconfig, poll}; }
  // The cloud that is meant. Error (ask): none, or several and nobody said which.
  Result<Cluster*> cluster();
  // What was read of it is read anew.
  void forget_cluster() {
    if (cluster_ && !cluster_->look_anew()) cluster_.reset();
  }

  // Tells what happens on `err`: a live line on a terminal, plain lines in a pipe.
  Watch watch(std::chrono::milliseconds limit);
  void tell(const std::string& line);

  // Asks a person before something is lost: what it is, and the word to type. Error (ask): refused, or nobody to
  // ask. Given: --no-prompt.
  Status confirm(const std::string& what_is_lost, const std::string& word, bool given);

  // The answer: `value` as JSON or YAML where --format says so, else the sections.
  void answer(const std::string& format, const Json& value, const std::vector<Section>& sections);

 private:
  std::mutex mutex_;
  std::unique_ptr<Table> table_;
  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<Cluster> cluster_;
};

}  // namespace microstack::plugin
