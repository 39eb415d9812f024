#include "juju-plugin/completion.h"

#include <ostream>

#include "juju-plugin/front.h"

namespace microstack::plugin {
namespace {

Status run_completion(Front& front, const Arguments&) {
  front.out << bash_completion();
  return {};
}

}  // namespace

Verb completion_verb() {
  return {"completion",
          "Print completion for bash: source <(juju microstack completion)",
          {},
          {},
          run_completion};
}

}  // namespace microstack::plugin
