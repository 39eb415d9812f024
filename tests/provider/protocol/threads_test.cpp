// A program of its own: it is built and run under ThreadSanitizer too.
#include <future>

#include "tests/provider/protocol/tiny.h"

namespace microstack {

TEST_CASE("ten long creates at once do not keep StopProvider waiting, and it ends them") {
  auto provider = start_tiny({{"TF_LOG", "trace"}});
  std::vector<std::future<int>> creates;
  for (int i = 0; i < 10; ++i)
    creates.push_back(std::async(std::launch::async, [&] {
      tfplugin6::ApplyResourceChange::Response response;
      return apply(provider->rpc(), "wait", response).ok() ? response.diagnostics_size() : -1;
    }));
  wait_for_calls(*provider, 10);
  for (auto& create : creates) CHECK(create.wait_for(0s) == std::future_status::timeout);

  auto begin = std::chrono::steady_clock::now();
  grpc::ClientContext context;
  tfplugin6::StopProvider::Response response;
  REQUIRE(provider->rpc().StopProvider(&context, {}, &response).ok());
  CHECK(response.error().empty());
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  for (auto& create : creates) CHECK(create.get() == 1);
  CHECK(provider->shut_down().value() == 0);
  CHECK_THAT(provider->process().errors(), !Catch::Contains("Sanitizer"));
}

}  // namespace microstack
