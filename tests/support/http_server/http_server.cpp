#include "tests/support/http_server/http_server.h"

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace microstack::testing {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

struct HttpServer::State {
  Handler handler;
  std::optional<asio::ssl::context> tls;
  asio::io_context io;
  tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)};
  std::mutex mutex;  // of all below, and of calls to handler
  std::condition_variable ended;
  bool ending = false;
  std::list<int> sockets;
  std::list<std::thread> threads;
  int connections = 0;
  std::thread accepting;

  template <class Stream>
  void serve(Stream& stream, int number) {
    boost::beast::flat_buffer buffer;
    for (;;) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(std::uint64_t{256} << 20);
      http::read(stream, buffer, parser);
      const auto& message = parser.get();
      HttpRequest request;
      request.method = std::string(message.method_string());
      const std::string target(message.target());
      const auto mark = target.find('?');
      request.path = target.substr(0, mark);
      if (mark != target.npos) request.query = target.substr(mark + 1);
      for (const auto& field : message) {
        std::string name(field.name_string());
        for (char& c : name) c = static_cast<char>(std::tolower(c));
        request.headers[name] = std::string(field.value());
      }
      request.body = message.body();
      request.connection = number;
      HttpResponse answer;
      {
        std::unique_lock lock(mutex);
        answer = handler(request);
        if (answer.hang) {
          ended.wait(lock, [this] { return ending; });
          return;
        }
      }
      http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
      for (const auto& [name, value] : answer.headers) response.set(name, value);
      response.body() = request.method == "HEAD" ? "" : answer.body;
      response.keep_alive(message.keep_alive());
      if (answer.status != 204) response.prepare_payload();
      http::write(stream, response);
      if (!message.keep_alive()) return;
    }
  }

  void connection(tcp::socket socket, int number) {
    const int handle = socket.native_handle();
    try {
      if (tls) {
        asio::ssl::stream<tcp::socket&> stream(socket, *tls);
        stream.handshake(asio::ssl::stream_base::server);
        serve(stream, number);
      } else {
        serve(socket, number);
      }
    } catch (const std::exception&) {
      // The other side closed, or the handshake was refused: both are what tests do.
    }
    std::lock_guard lock(mutex);
    sockets.remove(handle);
  }

  void accept() {
    for (;;) {
      boost::system::error_code error;
      tcp::socket socket(io);
      acceptor.accept(socket, error);
      std::lock_guard lock(mutex);
      if (ending) return;
      if (error) continue;
      sockets.push_back(socket.native_handle());
      const int number = ++connections;
      threads.emplace_back([this, number, held = std::make_shared<tcp::socket>(std::move(socket))] {
        connection(std::move(*held), number);
      });
    }
  }
};

HttpServer::HttpServer(Handler handler, std::optional<Certificate> certificate)
    : state_(std::make_unique<State>()) {
  state_->handler = std::move(handler);
  if (certificate) {
    state_->tls.emplace(asio::ssl::context::tls_server);
    state_->tls->use_certificate_chain(asio::buffer(certificate->certificate_pem));
    state_->tls->use_private_key(asio::buffer(certificate->key_pem), asio::ssl::context::pem);
  }
  state_->accepting = std::thread([this] { state_->accept(); });
}

HttpServer::~HttpServer() {
  {
    std::lock_guard lock(state_->mutex);
    state_->ending = true;
    for (const int handle : state_->sockets) ::shutdown(handle, SHUT_RDWR);
  }
  ::shutdown(state_->acceptor.native_handle(), SHUT_RDWR);
  state_->ended.notify_all();
  state_->accepting.join();
  for (auto& thread : state_->threads) thread.join();
}

int HttpServer::port() const {
  return state_->acceptor.local_endpoint().port();
}

std::string HttpServer::url() const {
  return (state_->tls ? "https" : "http") + std::string("://127.0.0.1:") + std::to_string(port());
}

}  // namespace microstack::testing
