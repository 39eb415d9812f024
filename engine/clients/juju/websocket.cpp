#include "engine/clients/juju/websocket.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <optional>
#include <thread>

namespace microstack::juju {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;
using Tls = beast::ssl_stream<beast::tcp_stream>;
using Stream = websocket::stream<Tls>;

namespace {

// Runs the one operation that `start` begins to its end on this thread. When the limit is over, `cancel` must
// make the operation end.
template <class Start, class Cancel>
error_code finish(asio::io_context& io, const Limit& limit, Start start, Cancel cancel) {
  std::optional<error_code> outcome;
  bool cancelled = false;
  start([&](error_code code) { outcome = code; });
  while (!outcome) {
    if (!cancelled && limit.over()) {
      cancelled = true;
      cancel();
    }
    io.restart();
    io.run_one_for(std::min(limit.left() + std::chrono::milliseconds{1}, std::chrono::milliseconds{50}));
  }
  return *outcome;
}

// Why the other side's certificate was refused, and what to do about it.
std::optional<Error> certificate_error(SSL* ssl, const Trust& trust, const std::string& where) {
  auto verdict = SSL_get_verify_result(ssl);
  if (verdict == X509_V_OK) return std::nullopt;
  std::string reason = X509_verify_cert_error_string(verdict);
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH) {
    return ask("the certificate is not for the server name " + trust.server_name, where,
               "check that the address is that of the controller");
  }
  if (verdict == X509_V_ERR_CERT_HAS_EXPIRED || verdict == X509_V_ERR_CERT_NOT_YET_VALID) {
    return ask("the certificate of the controller is not valid now: " + reason, where,
               "check the clocks; a controller renews its certificate by itself when it is restarted");
  }
  return ask("the certificate is not signed by the controller's CA: " + reason, where,
             "check the CA certificate (ca-cert in controllers.yaml), and that the address is that of the "
             "controller");
}

Result<asio::ssl::context> tls_context(const Trust& trust) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(asio::ssl::verify_peer);
  error_code code;
  if (trust.ca_pem.empty()) {
    context.set_default_verify_paths(code);
  } else {
    context.add_certificate_authority(asio::buffer(trust.ca_pem), code);
  }
  ERR_clear_error();
  if (code) {
    return ask("the CA certificate of the controller cannot be read: " + code.message(), {},
               "give the certificate in PEM form, as in ca-cert of controllers.yaml");
  }
  return context;
}

struct Endpoint {
  std::string host, port;
};

// host:port, [v6]:port.
Result<Endpoint> split(const std::string& address) {
  auto colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) {
    return ask("not an address of the form host:port: " + address);
  }
  auto host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return Endpoint{host, address.substr(colon + 1)};
}

class WebsocketTransport : public Transport {
 public:
  WebsocketTransport(asio::ssl::context context, std::string where)
      : context_(std::move(context)),
        where_(std::move(where)),
        stream_(std::make_unique<Stream>(io_, context_)) {}

  ~WebsocketTransport() override {
    asio::post(io_, [this] {
      receiver_ = {};
      closing_ = true;
      if (!open_) return io_.stop();
      stream_->async_close(websocket::close_code::normal, [this](error_code) { io_.stop(); });
    });
    if (thread_.joinable()) thread_.join();
    // What is still queued holds handlers that refer to the stream: it goes first.
    stream_.reset();
  }

  Status connect(const Endpoint& endpoint, const std::string& path, const Trust& trust,
                 const WebsocketDialer::Options& options, const Limit& limit) {
    auto cancel = [this] {
      error_code ignored;
      beast::get_lowest_layer(*stream_).socket().close(ignored);
    };
    auto run = [&](auto start) { return finish(io_, limit, start, cancel); };

    asio::ip::tcp::resolver resolver(io_);
    asio::ip::tcp::resolver::results_type found;
    auto code = finish(
        io_, limit,
        [&](auto done) {
          resolver.async_resolve(endpoint.host, endpoint.port, [&found, done](error_code ec, auto results) {
            found = std::move(results);
            done(ec);
          });
        },
        [&] { resolver.cancel(); });
    if (limit.over()) return limit.error("name resolution", where_);
    if (code)
      return ask("cannot resolve " + endpoint.host + ": " + code.message(), where_, "check the address");

    code = run([&](auto done) {
      beast::get_lowest_layer(*stream_).async_connect(found,
                                                      [done](error_code ec, const auto&) { done(ec); });
    });
    if (limit.over()) return limit.error("the connection", where_);
    if (code) {
      return retry("cannot connect: " + code.message(), where_,
                   "check that the controller runs and that its port is reachable from here");
    }
    beast::get_lowest_layer(*stream_).socket().set_option(asio::ip::tcp::no_delay(true), code);

    auto* ssl = stream_->next_layer().native_handle();
    SSL_set_tlsext_host_name(ssl, trust.server_name.c_str());
    SSL_set1_host(ssl, trust.server_name.c_str());
    code =
        run([&](auto done) { stream_->next_layer().async_handshake(asio::ssl::stream_base::client, done); });
    ERR_clear_error();
    if (auto error = certificate_error(ssl, trust, where_)) return std::move(*error);
    if (limit.over()) return limit.error("the TLS handshake", where_);
    if (code) return retry("the TLS handshake failed: " + code.message(), where_);

    stream_->set_option(websocket::stream_base::timeout{std::chrono::seconds{30}, options.silence, true});
    stream_->read_message_max(options.max_frame);
    stream_->set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      request.set("X-Juju-ClientVersion", options.client_version);
      request.set(beast::http::field::user_agent, "microstack");
    }));
    websocket::response_type answer;
    code = run([&](auto done) {
      stream_->async_handshake(answer, trust.server_name + ":" + endpoint.port, path, done);
    });
    ERR_clear_error();
    if (limit.over()) return limit.error("the websocket handshake", where_);
    if (code == websocket::error::upgrade_declined) {
      auto status = std::to_string(answer.result_int());
      auto what = "the controller answers " + status + " " + std::string(answer.reason());
      if (answer.result_int() >= 500) return retry(what, where_);
      return ask(what, where_, "check that the address is that of a Juju controller, and the model's UUID");
    }
    if (code) return retry("the websocket handshake failed: " + code.message(), where_);
    return {};
  }

  void start(Receiver receiver, std::chrono::milliseconds silence) {
    // From now on the first figure limits the closing handshake: a dead peer must not hold anybody.
    stream_->set_option(websocket::stream_base::timeout{std::chrono::seconds{1}, silence, true});
    receiver_ = std::move(receiver);
    open_ = true;
    stream_->text(true);
    asio::post(io_, [this] { read(); });
    io_.restart();
    thread_ = std::thread([this] { io_.run(); });
  }

  void send(std::string frame) override {
    asio::post(io_, [this, frame = std::move(frame)]() mutable {
      if (!open_ || closing_) return;
      queue_.push_back(std::move(frame));
      if (queue_.size() == 1) write();
    });
  }

 private:
  void read() {
    stream_->async_read(buffer_, [this](error_code code, std::size_t) {
      if (code) return closed(code);
      auto frame = beast::buffers_to_string(buffer_.data());
      buffer_.clear();
      if (receiver_.frame) receiver_.frame(std::move(frame));
      read();
    });
  }

  void write() {
    stream_->async_write(asio::buffer(queue_.front()), [this](error_code code, std::size_t) {
      if (code) return closed(code);
      queue_.pop_front();
      if (!queue_.empty() && !closing_) write();
    });
  }

  void closed(error_code code) {
    ERR_clear_error();
    if (!open_) return;
    open_ = false;  // the queue stays: a write may still hold its front
    error_code ignored;
    beast::get_lowest_layer(*stream_).socket().close(ignored);
    auto reason = code == websocket::error::closed ? std::string("the controller closed the connection")
                                                   : "the connection was lost: " + code.message();
    if (receiver_.closed) receiver_.closed(retry(reason, where_));
    if (closing_) io_.stop();
  }

  asio::ssl::context context_;
  std::string where_;
  asio::io_context io_{1};
  std::unique_ptr<Stream> stream_;
  beast::flat_buffer buffer_;
  std::deque<std::string> queue_;
  Receiver receiver_;
  bool open_ = false, closing_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Transport>> WebsocketDialer::open(const std::string& address, const std::string& path,
                                                         const Trust& trust, Receiver receiver,
                                                         const Limit& limit) {
  MS_TRY(auto endpoint, split(address));
  MS_TRY(auto context, tls_context(trust));
  auto transport = std::make_unique<WebsocketTransport>(std::move(context), "wss://" + address + path);
  MS_CHECK(transport->connect(endpoint, path, trust, options_, limit));
  transport->start(std::move(receiver), options_.silence);
  return std::unique_ptr<Transport>(std::move(transport));
}

}  // namespace microstack::juju
