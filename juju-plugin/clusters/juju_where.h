// Which controller and model: as the juju command line would choose them.
#pragma once

#include "engine/clients/juju/client_store.h"
#include "juju-plugin/clusters/choice.h"

namespace microstack::plugin {

struct JujuWhere {
  juju::Access access;
  std::string model, owner;  // model empty: none was named and none is current
  bool stored = false;       // the access is from the files of the command line
};

// Access: $MICROSTACK_JUJU_ADDRESSES and its siblings where they are set (as the Terraform provider has it), else the
// command line's own files. Errors (ask): no such controller, not logged in.
Result<JujuWhere> juju_where(const Chosen& chosen);

// Is any controller known here?
bool knows_juju();

// The model of a cluster id juju://CONTROLLER/MODEL: its controller by uuid, then `model` by uuid.
Result<JujuWhere> juju_where_of_id(const std::string& id);

}  // namespace microstack::plugin
