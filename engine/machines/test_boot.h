// Whether guests run under KVM, found out by booting one. /dev/kvm may be there, open, even run instructions, and still no
// firmware gets through it.
#pragma once

#include <stop_token>
#include <string>

#include "engine/host/host.h"

namespace microstack {

struct TestBoot {
  bool tried = false;  // false: there is nothing to try it with, and `reason` says what is missing
  bool works = false;
  std::string reason;  // for people: why not
};

// Boots a guest of one sector that goes from real mode to 64 bit and says so; QEMU is given 10 s. Changes nothing but a
// file below /run, which it takes away again.
Result<TestBoot> test_boot(Host& host, std::stop_token stop = {});

}  // namespace microstack
