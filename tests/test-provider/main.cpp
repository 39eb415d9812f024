#include <cstdio>

#include "provider/framework/docs.h"
#include "provider/framework/service.h"
#include "provider/protocol/serve.h"
#include "tests/test-provider/things.h"

int main(int argc, char** argv) {
  using namespace microstack;
  mstest::World world;
  auto provider = mstest::make_provider(world);
  if (auto sound = provider.check(); !sound) {
    std::fprintf(stderr, "%s\n", sound.error().text().c_str());
    return 1;
  }
  if (auto folder = terraform::docs_requested(argc, argv)) {
    auto written = terraform::write_docs(provider, *folder, ".");
    if (!written) std::fprintf(stderr, "%s\n", written.error().text().c_str());
    return written ? 0 : 1;
  }
  auto log = protocol::Log::from_environment("mstest");
  protocol::ServeOptions options{.address = "registry.terraform.io/microstack/mstest"};
  options.debug = protocol::debug_requested(argc, argv);
  terraform::Service service(provider, log, options.leaving.get_token());
  protocol::serve(service, log, options);
}
