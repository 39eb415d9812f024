#include "hypervisor/install/native_planner.h"
#include "hypervisor/program.h"

int main(int argc, char** argv) {
  using namespace microstack;
  return program(argc, argv, [](const Places& places) {
    return native_planner(places, [] { return Result<Json>(Json::object()); });
  });
}
