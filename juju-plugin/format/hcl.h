// Terraform's language, written.
#pragma once

#include <string>

#include "engine/base/json.h"

namespace microstack::plugin {

// A value: objects and lists over several lines, texts with their quotes, "${" and newlines escaped.
std::string hcl_value(const Json& value, int indent = 0);

// resource "TYPE" "NAME" { ... }; members that are null are left out. A text that begins with a '=' is an expression:
// "=microstack_cluster.demo.id".
std::string hcl_resource(const std::string& type, const std::string& name, const Json& attributes);

std::string hcl_import(const std::string& address, const std::string& id);

// A name that Terraform takes: others' characters become '_'.
std::string hcl_name(const std::string& text);

}  // namespace microstack::plugin
