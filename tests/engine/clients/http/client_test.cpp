#include "engine/clients/http/client.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <thread>

#include "tests/support/http_server/http_server.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;
using namespace microstack::testing;
using namespace std::chrono_literals;

namespace {

// Options whose waits are recorded instead of waited for.
http::Options recording(std::vector<std::chrono::milliseconds>& waits) {
  http::Options options;
  options.use_proxy = false;
  options.wait = [&waits](auto time, auto) {
    waits.push_back(time);
    return true;
  };
  return options;
}

http::Options direct() {
  http::Options options;
  options.use_proxy = false;
  return options;
}

}  // namespace

TEST_CASE("a JSON answer comes with its status, its headers in lower case and its request id") {
  HttpServer server([](const HttpRequest& request) {
    return HttpResponse{request.path == "/v3" ? 200 : 404,
                        R"({"version":{"id":"v3.14"}})",
                        {{"X-Openstack-Request-Id", "req-1"}}};
  });
  http::Client client(direct());
  const auto answer = client.send(http::get(server.url() + "/v3"));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->request_id() == "req-1");
  CHECK(answer->json()->at("version").at("id") == "v3.14");
}

TEST_CASE("each method arrives as itself with its body") {
  HttpServer server([](const HttpRequest& r) {
    return HttpResponse{200, r.method + " " + r.headers.at("x-a") + " " + r.body};
  });
  http::Client client(direct());
  for (const std::string method : {"POST", "PUT", "PATCH", "DELETE"}) {
    http::Request request;
    request.method = method;
    request.url = server.url();
    request.body = "bytes";
    request.headers = {{"X-A", "b"}};
    const auto answer = client.send(request);
    REQUIRE(answer);
    CHECK(answer->body == method + " b bytes");
  }
}

TEST_CASE("calls one after the other share a connection") {
  HttpServer server([](const HttpRequest& r) { return HttpResponse{200, std::to_string(r.connection)}; });
  http::Client client(direct());
  for (int i = 0; i < 3; ++i) CHECK(client.send(http::get(server.url()))->body == "1");
}

TEST_CASE("a server whose certificate is of the given authority is believed") {
  const auto certificate = make_certificate();
  HttpServer server([](const HttpRequest&) { return HttpResponse{200, "safe"}; }, certificate);
  auto options = direct();
  options.ca_pem = certificate.ca_pem;
  http::Client client(options);
  const auto answer = client.send(http::get(server.url()));
  REQUIRE(answer);
  CHECK(answer->body == "safe");
}

TEST_CASE(
    "a server of another authority is refused, and the error says that the certificate is not trusted") {
  HttpServer server([](const HttpRequest&) { return HttpResponse{200, "unsafe"}; }, make_certificate());
  auto options = direct();
  options.ca_pem = make_certificate().ca_pem;
  http::Client client(options);
  const auto answer = client.send(http::get(server.url() + "/v3?name=hidden"));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::ask);
  CHECK_THAT(answer.error().text(), Catch::Contains("certificate is not trusted"));
  CHECK_THAT(answer.error().text(), !Catch::Contains("hidden"));
}

TEST_CASE("a name is connected to at the address given for it") {
  const auto certificate = make_certificate("192.0.2.7");
  HttpServer server([](const HttpRequest&) { return HttpResponse{200, "there"}; }, certificate);
  auto options = direct();
  options.ca_pem = certificate.ca_pem;
  options.connect_to["192.0.2.7:5000"] = "127.0.0.1:" + std::to_string(server.port());
  http::Client client(options);
  const auto answer = client.send(http::get("https://192.0.2.7:5000/v3"));
  REQUIRE(answer);
  CHECK(answer->body == "there");
}

TEST_CASE("503 is asked again after the time the server names") {
  int calls = 0;
  HttpServer server([&](const HttpRequest&) {
    return ++calls < 3 ? HttpResponse{503, "", {{"Retry-After", "2"}}} : HttpResponse{200, "ok"};
  });
  std::vector<std::chrono::milliseconds> waits;
  http::Client client(recording(waits));
  const auto answer = client.send(http::get(server.url()));
  REQUIRE(answer);
  CHECK(answer->body == "ok");
  CHECK(waits == std::vector<std::chrono::milliseconds>{2s, 2s});
}

TEST_CASE("attempts end, and their pauses grow") {
  HttpServer server([](const HttpRequest&) { return HttpResponse{503, ""}; });
  std::vector<std::chrono::milliseconds> waits;
  http::Client client(recording(waits));
  const auto answer = client.send(http::get(server.url()));
  REQUIRE(answer);
  CHECK(answer->status == 503);
  REQUIRE(waits.size() == 3);
  CHECK(waits[2] > waits[0]);
}

TEST_CASE("a POST that may have been done is not sent twice") {
  int calls = 0;
  HttpServer server([&](const HttpRequest&) {
    ++calls;
    return HttpResponse{504, ""};
  });
  std::vector<std::chrono::milliseconds> waits;
  http::Client client(recording(waits));
  CHECK(client.send(http::post_json(server.url(), {{"a", 1}}))->status == 504);
  CHECK(calls == 1);
}

TEST_CASE("a POST that could not be sent is tried again") {
  int port = 0;
  {
    port = HttpServer([](const HttpRequest&) { return HttpResponse{}; }).port();
  }
  std::vector<std::chrono::milliseconds> waits;
  http::Client client(recording(waits));
  const auto answer =
      client.send(http::post_json("http://127.0.0.1:" + std::to_string(port), Json::object()));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::retry);
  CHECK(waits.size() == 3);
}

TEST_CASE("a server that does not answer is given up after the limit") {
  HttpServer server([](const HttpRequest&) { return HttpResponse{.hang = true}; });
  auto options = direct();
  options.attempts = 1;
  http::Client client(options);
  auto request = http::get(server.url());
  request.limit = 50ms;
  const auto answer = client.send(request);
  REQUIRE_FALSE(answer);
  CHECK_THAT(answer.error().text(), Catch::Contains("no answer in time"));
}

TEST_CASE("a call in flight ends when it is stopped") {
  std::stop_source stop;
  HttpServer server([&](const HttpRequest&) {
    stop.request_stop();
    return HttpResponse{.hang = true};
  });
  http::Client client(direct());
  const auto answer = client.send(http::get(server.url()), stop.get_token());
  REQUIRE_FALSE(answer);
  CHECK_THAT(answer.error().what, Catch::Contains("stopped"));
}

TEST_CASE("a file is sent whole, with its progress, and again when the server was busy") {
  const testing::TemporaryFolder folder;
  const auto path = folder.path + "/file";
  const std::string content(300'000, 'x');
  std::ofstream(path) << content;
  int calls = 0;
  std::size_t received = 0;
  HttpServer server([&](const HttpRequest& r) {
    received = r.body.size();
    return HttpResponse{++calls == 1 ? 503 : 204, ""};
  });
  std::vector<std::chrono::milliseconds> waits;
  http::Client client(recording(waits));
  http::Request request;
  request.method = "PUT";
  request.url = server.url() + "/file";
  request.upload = *http::upload_file(path);
  std::int64_t done = 0;
  request.progress = [&](auto now, auto) { done = now; };
  const auto answer = client.send(request);
  REQUIRE(answer);
  CHECK(answer->status == 204);
  CHECK(received == content.size());
  CHECK(done == static_cast<std::int64_t>(content.size()));
}

TEST_CASE("an answer larger than the limit is an error, and a receiver takes it in pieces") {
  HttpServer server([](const HttpRequest&) { return HttpResponse{200, std::string(100'000, 'y')}; });
  auto options = direct();
  options.max_body = 1000;
  http::Client client(options);
  const auto refused = client.send(http::get(server.url()));
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().what, Catch::Contains("larger than 1000"));

  std::size_t taken = 0;
  auto request = http::get(server.url());
  request.on_data = [&](std::string_view bytes) {
    taken += bytes.size();
    return true;
  };
  REQUIRE(client.send(request));
  CHECK(taken == 100'000);
}

TEST_CASE("the message of each service is found in its own wrapping") {
  const auto [body, message] = GENERATE(table<std::string, std::string>({
      {R"({"error":{"code":404,"message":"Could not find user"}})", "Could not find user"},
      {R"({"itemNotFound":{"code":404,"message":"Instance could not be found."}})",
       "Instance could not be found."},
      {R"({"NeutronError":{"type":"X","message":"Quota exceeded","detail":""}})", "Quota exceeded"},
      {R"({"errors":[{"status":404,"title":"Not Found","detail":"No resource provider"}]})",
       "No resource provider"},
      {"<html><head><title>404 Not Found</title></head></html>", "404 Not Found"},
  }));
  http::Response response;
  response.status = 404;
  response.body = body;
  response.headers["x-openstack-request-id"] = "req-7";
  const auto error = http::status_error(http::get("http://api/v3?secret=1"), response);
  CHECK(error.what == "HTTP 404: " + message + " (request req-7)");
  CHECK(error.where == "GET http://api/v3");
}
