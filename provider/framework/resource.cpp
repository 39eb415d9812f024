#include "provider/framework/resource.h"

namespace microstack::terraform {

Status AnyResource::upgrade(std::int64_t from, Value&, Call&) {
  return give_up("The saved state is of version " + std::to_string(from) +
                     " and there is no way from it to version " + std::to_string(version()),
                 {}, "remove the resource from the state with `terraform state rm` and import it again");
}

}  // namespace microstack::terraform
