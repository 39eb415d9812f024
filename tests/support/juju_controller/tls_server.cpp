#include "tests/support/juju_controller/tls_server.h"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <future>
#include <set>
#include <thread>

namespace microstack::testing {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Tls = beast::ssl_stream<beast::tcp_stream>;

class Peer;

struct TlsServer::State {
  State(CertifiedKey key, Service its) : certificate(std::move(key)), service(std::move(its)) {
    context.use_certificate_chain(asio::buffer(certificate.certificate_pem));
    context.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
  }
  void accept();
  // True when this frame is to be lost.
  bool lose() {
    ++frames;
    return cut_in > 0 && --cut_in == 0;
  }

  CertifiedKey certificate;
  Service service;
  asio::io_context io{1};
  asio::ssl::context context{asio::ssl::context::tls_server};
  Tcp::acceptor acceptor{io};
  std::atomic<int> port{0}, frames{0}, cut_in{0}, open{0};
  std::atomic<bool> cut{false};
  std::atomic<int> delay_ms{0};
  std::set<std::shared_ptr<Peer>> peers;
  std::thread thread;
};

// A connection: HTTP requests one after the other, or a websocket from the first upgrade on.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  Peer(TlsServer::State& server, Tcp::socket socket)
      : server_(server), tls_(std::move(socket), server.context) {}

  void start() {
    ++server_.open;
    tls_.async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](error_code code) {
      code ? self->end() : self->read_request();
    });
  }

  void end() {
    if (ended_) return;
    ended_ = true;
    --server_.open;
    error_code ignored;
    beast::get_lowest_layer(websocket_ ? websocket_->next_layer() : tls_).socket().close(ignored);
    conversation_.reset();
    server_.peers.erase(shared_from_this());
  }

  void send(std::optional<std::string> frame) {
    if (ended_ || !websocket_) return;
    auto delay = server_.delay_ms.load();
    if (delay == 0) return queue(std::move(frame));
    auto timer = std::make_shared<asio::steady_timer>(server_.io, std::chrono::milliseconds(delay));
    timer->async_wait([self = shared_from_this(), timer, frame = std::move(frame)](error_code) mutable {
      self->queue(std::move(frame));
    });
  }

 private:
  void read_request() {
    parser_.emplace();
    parser_->body_limit(64u << 20);
    http::async_read(tls_, buffer_, *parser_, [self = shared_from_this()](error_code code, std::size_t) {
      code ? self->end() : self->handle();
    });
  }

  void handle() {
    auto request = parser_->release();
    std::string target(request.target());
    if (websocket::is_upgrade(request)) {
      auto status = server_.service.upgrade(target);
      if (status == 101) return upgrade(std::move(request), target);
      return reply(request, {status, "refused\n", {{"Content-Type", "text/plain"}}});
    }
    WebRequest plain{std::string(request.method_string()), target, request.body(), {}};
    for (const auto& field : request) {
      std::string name(field.name_string());
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      plain.headers[name] = std::string(field.value());
    }
    reply(request, server_.service.http(plain));
  }

  void reply(const http::request<http::string_body>& request, const HttpReply& answer) {
    response_ = {};
    response_.version(request.version());
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::content_type, "application/json");
    for (const auto& [name, value] : answer.headers) response_.set(name, value);
    response_.keep_alive(request.keep_alive());
    response_.body() = answer.body;
    response_.prepare_payload();
    http::async_write(tls_, response_, [self = shared_from_this()](error_code code, std::size_t) {
      code || !self->response_.keep_alive() ? self->end() : self->read_request();
    });
  }

  void upgrade(http::request<http::string_body> request, const std::string& path) {
    websocket_.emplace(std::move(tls_));
    websocket_->text(true);
    websocket_->read_message_max(64u << 20);
    auto held = std::make_shared<http::request<http::string_body>>(std::move(request));
    websocket_->async_accept(*held, [self = shared_from_this(), held, path](error_code code) {
      if (code) return self->end();
      std::weak_ptr<Peer> weak = self;
      auto* server = &self->server_;
      self->conversation_ = server->service.open(path, [weak, server](std::optional<std::string> frame) {
        asio::post(server->io, [weak, frame = std::move(frame)]() mutable {
          if (auto peer = weak.lock()) peer->send(std::move(frame));
        });
      });
      self->read_frame();
    });
  }

  void read_frame() {
    websocket_->async_read(buffer_, [self = shared_from_this()](error_code code, std::size_t) {
      if (code || self->ended_) return self->end();
      auto text = beast::buffers_to_string(self->buffer_.data());
      self->buffer_.clear();
      if (self->lost()) return;
      self->conversation_->frame(text);
      if (!self->ended_) self->read_frame();
    });
  }

  bool lost() {
    if (!server_.lose()) return false;
    server_.cut = true;
    end();
    return true;
  }

  void queue(std::optional<std::string> frame) {
    if (ended_) return;
    queue_.push_back(std::move(frame));
    if (queue_.size() == 1) write();
  }

  void write() {
    if (!queue_.front()) {
      return websocket_->async_close(websocket::close_code::normal,
                                     [self = shared_from_this()](error_code) { self->end(); });
    }
    if (lost()) return;
    websocket_->async_write(asio::buffer(*queue_.front()),
                            [self = shared_from_this()](error_code code, std::size_t) {
                              if (code || self->ended_) return self->end();
                              self->queue_.pop_front();
                              if (!self->queue_.empty()) self->write();
                            });
  }

  TlsServer::State& server_;
  Tls tls_;
  std::optional<websocket::stream<Tls>> websocket_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  std::shared_ptr<Conversation> conversation_;
  std::deque<std::optional<std::string>> queue_;
  bool ended_ = false;
};

void TlsServer::State::accept() {
  acceptor.async_accept([this](error_code code, Tcp::socket socket) {
    if (code == asio::error::operation_aborted || !acceptor.is_open()) return;
    if (!code) {
      auto peer = std::make_shared<Peer>(*this, std::move(socket));
      peers.insert(peer);
      peer->start();
    }
    accept();
  });
}

TlsServer::TlsServer(CertifiedKey certificate, Service service)
    : state_(std::make_unique<State>(std::move(certificate), std::move(service))) {
  state_->thread = std::thread([state = state_.get()] {
    auto work = asio::make_work_guard(state->io);
    state->io.run();
  });
  start();
}

TlsServer::~TlsServer() {
  stop();
  state_->io.stop();
  state_->thread.join();
}

void TlsServer::run(const std::function<void()>& work) const {
  std::promise<void> done;
  asio::post(state_->io, [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void TlsServer::start() {
  run([this] {
    auto& acceptor = state_->acceptor;
    acceptor.open(Tcp::v4());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind({asio::ip::address_v4::loopback(), static_cast<unsigned short>(state_->port.load())});
    acceptor.listen();
    state_->port = acceptor.local_endpoint().port();
    state_->accept();
  });
}

void TlsServer::stop() {
  run([this] {
    error_code ignored;
    state_->acceptor.close(ignored);
    auto peers = state_->peers;
    for (const auto& peer : peers) peer->end();
  });
}

int TlsServer::port() const {
  return state_->port;
}
void TlsServer::cut_at(int n) {
  state_->frames = 0;
  state_->cut = false;
  state_->cut_in = n;
}
bool TlsServer::cut_happened() const {
  return state_->cut;
}
int TlsServer::frames() const {
  return state_->frames;
}
void TlsServer::delay(std::chrono::milliseconds time) {
  state_->delay_ms = static_cast<int>(time.count());
}
int TlsServer::connections() const {
  return state_->open;
}

}  // namespace microstack::testing
