#include "provider/protocol/log.h"

#include <regex>
#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/provider/protocol/tiny.h"

namespace microstack {
namespace {

std::vector<nlohmann::json> lines_of(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

std::string log_of(std::map<std::string, std::string> environment) {
  for (const char* name :
       {"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_PROVIDER_TINY", "TF_LOG_SDK", "TF_LOG_SDK_PROTO"})
    environment.try_emplace(name, "");
  auto provider = start_tiny(environment);
  tfplugin6::ApplyResourceChange::Response response;
  for (const char* input : {"sesame-open", "throw"}) REQUIRE(apply(provider->rpc(), input, response).ok());
  REQUIRE(provider->shut_down().value() == 0);
  return provider->process().errors();
}

}  // namespace

TEST_CASE("every line on stderr is one that Terraform reads as hclog") {
  auto lines = lines_of(log_of({{"TF_LOG", "trace"}}));
  std::regex timestamp(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)");
  REQUIRE(lines.size() > 4);
  for (const auto& line : lines) {
    CHECK(line["@message"].is_string());
    CHECK(line["@level"].is_string());
    CHECK(std::regex_match(line["@timestamp"].get<std::string>(), timestamp));
  }
}

TEST_CASE("a call is logged with its name, type, duration and errors, and without any value") {
  auto text = log_of({{"TF_LOG", "trace"}});
  auto lines = lines_of(text);
  auto ended =
      std::find_if(lines.begin(), lines.end(), [](auto& line) { return line["@message"] == "call ended"; });
  REQUIRE(ended != lines.end());
  CHECK((*ended)["tf_rpc"] == "ApplyResourceChange");
  CHECK((*ended)["tf_resource_type"] == "tiny_thing");
  CHECK((*ended)["diagnostic_error_count"] == "0");
  CHECK(std::stod((*ended)["tf_req_duration_ms"].get<std::string>()) >= 0);
  CHECK_THAT(text, !Catch::Contains("sesame") && !Catch::Contains("roof"));
}

TEST_CASE("nothing is written when no variable asks for it, and the most specific variable decides") {
  CHECK(log_of({}).empty());
  CHECK(log_of({{"TF_LOG", "off"}}).empty());
  CHECK(log_of({{"TF_LOG", "trace"}, {"TF_LOG_SDK", "off"}}).empty());
  CHECK(log_of({{"TF_LOG", "off"}, {"TF_LOG_SDK_PROTO", "debug"}}).find("call ended") != std::string::npos);
  auto warnings = lines_of(log_of({{"TF_LOG_PROVIDER_TINY", "warn"}}));
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0]["@message"] == "call ended with an exception");
}

TEST_CASE("text that is no UTF-8 or far too long still gives one line that parses") {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  protocol::Log log(protocol::LogLevel::trace, protocol::LogLevel::off, pipe[1]);
  log.write(protocol::LogLevel::info, "provider", "bad \xff byte",
            {{"long", std::string(100000, 'x')}, {"n", "a\nb"}});
  log.write(protocol::LogLevel::error, "sdk.grpc", "not asked for");
  char buffer[65536];
  auto size = read(pipe[0], buffer, sizeof buffer);
  auto lines = lines_of(std::string(buffer, static_cast<size_t>(size)));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["@message"] == "bad \ufffd byte");
  CHECK(lines[0]["n"] == "a\nb");
  close(pipe[0]);
  close(pipe[1]);
}

}  // namespace microstack
