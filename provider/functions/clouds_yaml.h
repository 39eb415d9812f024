// provider::microstack::clouds_yaml: the text of a clouds.yaml.
#pragma once

#include "provider/framework/function.h"

namespace microstack::provider {

terraform::Function clouds_yaml_function();

}  // namespace microstack::provider
