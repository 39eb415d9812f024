// What the juju: sections of all components say together.
#pragma once

#include <vector>

#include "engine/catalogue/catalogue.h"

namespace microstack {

// An application twice, an integration or offer of an application that no component has, a malformed endpoint, a
// scale that is neither a number nor a word; each error names the component's file.
std::vector<Error> check_charmed(const std::vector<Component>& components);

// The component that has the application, or null.
const Component* component_of_application(const std::vector<Component>& components,
                                          const std::string& application);

// "application:endpoint" -> "application".
std::string application_of(const std::string& endpoint);

// Words for the number of units; engine/substrate/juju/topology.h says how many they are.
inline constexpr const char* scale_words[] = {"api", "ha", "ingress", "api-if-ceph"};

}  // namespace microstack
