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

namespace {

std::string common_name(asio::ssl::stream<tcp::socket&>& stream) {
  X509* certificate = SSL_get0_peer_certificate(stream.native_handle());
  char name[256] = "";
  if (certificate && SSL_get_verify_result(stream.native_handle()) == X509_V_OK)
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return name;
}

}  // namespace

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
  static void send_pieces(Stream& stream, const HttpResponse& answer) {
    http::response<http::empty_body> head(static_cast<http::status>(answer.status), 11);
    for (const auto& [name, value] : answer.headers) head.set(name, value);
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer(head);
    http::write_header(stream, serializer);
    while (const auto piece = answer.pieces()) asio::write(stream, http::make_chunk(asio::buffer(*piece)));
    if (!answer.cut) asio::write(stream, http::make_chunk_last());
  }

  template <class Stream>
  void serve(Stream& stream, int number, const std::string& client) {
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
      request.client = client;
      HttpResponse answer;
      {
        std::unique_lock lock(mutex);
        answer = handler(request);
        if (answer.hang) {
          ended.wait(lock, [this] { return ending; });
          return;
        }
      }
      if (answer.pieces) {
        send_pieces(stream, answer);
        if (answer.cut) return;
        continue;
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
        serve(stream, number, common_name(stream));
      } else {
        serve(socket, number, {});
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

HttpServer::HttpServer(Handler handler, std::optional<Certificate> certificate, const std::string& clients)
    : state_(std::make_unique<State>()) {
  state_->handler = std::move(handler);
  if (certificate) {
    state_->tls.emplace(asio::ssl::context::tls_server);
    state_->tls->use_certificate_chain(asio::buffer(certificate->certificate_pem));
    state_->tls->use_private_key(asio::buffer(certificate->key_pem), asio::ssl::context::pem);
    if (!clients.empty()) {
      state_->tls->add_certificate_authority(asio::buffer(clients));
      state_->tls->set_verify_mode(asio::ssl::verify_peer);
      state_->tls->set_verify_callback([](bool, auto&) { return true; });  // who is not believed is nobody
    }
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
