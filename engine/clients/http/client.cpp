#include "engine/clients/http/client.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <random>

#include "engine/clients/http/curl_library.h"

namespace microstack::http {
namespace {

bool wait_for_real(std::chrono::milliseconds time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

bool idempotent(const Request& request) {
  if (request.idempotent) return *request.idempotent;
  return request.method == "GET" || request.method == "HEAD" || request.method == "PUT" ||
         request.method == "DELETE";
}

bool passing_status(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

// The URL without its query: queries may hold names nobody wants in a log, and never help.
std::string place(const Request& request) {
  return request.method + " " + request.url.substr(0, request.url.find('?'));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// What one transfer collects while it runs.
struct Transfer {
  const Request& request;
  std::size_t max_body;
  Response response;
  bool too_big = false;
  bool refused_data = false;
};

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view line(bytes, size * count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // a new answer: 100 Continue or a redirect came before it
    transfer.response.headers.clear();
    const auto space = line.find(' ');
    transfer.response.status =
        space == line.npos ? 0 : std::atoi(std::string(line.substr(space + 1, 3)).c_str());
  } else if (const auto colon = line.find(':'); colon != line.npos) {
    auto value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
    transfer.response.headers[lower(std::string(line.substr(0, colon)))] = value;
  }
  return size * count;
}

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view data(bytes, size * count);
  if (transfer.request.on_data && transfer.response.ok()) {
    transfer.refused_data = !transfer.request.on_data(data);
    return transfer.refused_data ? 0 : data.size();
  }
  transfer.too_big = transfer.response.body.size() + data.size() > transfer.max_body;
  if (transfer.too_big) return 0;
  transfer.response.body.append(data);
  return data.size();
}

std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* user) {
  return static_cast<Transfer*>(user)->request.upload->read(buffer, size * count);
}

int on_progress(void* user, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up) {
  const auto& request = static_cast<Transfer*>(user)->request;
  if (request.upload)
    request.progress(up, up_total > 0 ? up_total : request.upload->size);
  else
    request.progress(down, down_total);
  return 0;
}

// Why a certificate is not trusted. TLS libraries say it in words alone.
std::string certificate_code(const std::string& reason) {
  const auto says = [&](const char* word) { return reason.find(word) != reason.npos; };
  if (says("expired") || says("not yet valid") || says("not yet activated")) return "certificate-expired";
  if (says("subject name") || says("host name")) return "certificate-name";
  return "certificate-authority";
}

Error transfer_error(CURLcode code, const std::string& reason, const Request& request,
                     const Transfer& transfer) {
  const std::string where = place(request);
  // An authority of the right name with another key (another cluster's) fails as broken ASN.1 rather than as
  // a certificate that is not verified.
  if (code == CURLE_SSL_CONNECT_ERROR && reason.find("asn1") != reason.npos)
    code = CURLE_PEER_FAILED_VERIFICATION;
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION: {
      Error error =
          ask("the server's certificate is not trusted: " + reason, where,
              "check that the address is the cloud's, and that the CA certificate given is the one of "
              "this cloud");
      error.code = certificate_code(reason);
      return error;
    }
    case CURLE_SSL_CERTPROBLEM: {
      Error error = ask("the client certificate cannot be used: " + reason, where,
                        "give a certificate and its own key, both as PEM");
      error.code = "client-certificate";
      return error;
    }
    case CURLE_SSL_CACERT_BADFILE:
      return ask("the CA certificate cannot be read: " + reason, where, "give a readable PEM file");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return ask(reason, where, "check the name in the URL and this host's name resolution");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return give_up("not an HTTP URL: " + reason, where);
    case CURLE_OPERATION_TIMEDOUT:
      return retry("no answer in time: " + reason, where,
                   "see whether the service runs and its host is not overloaded");
    case CURLE_WRITE_ERROR:
      if (transfer.too_big)
        return give_up("the answer is larger than " + std::to_string(transfer.max_body) + " bytes", where);
      return give_up("the received data could not be stored", where, "see whether the disk is full");
    default:
      return retry(reason, where, "see whether the service runs and can be reached from here");
  }
}

}  // namespace

Result<Upload> upload_file(const std::string& path) {
  auto file = std::make_shared<std::ifstream>(path, std::ios::binary | std::ios::ate);
  if (!*file) return ask("cannot open the file: " + std::string(std::strerror(errno)), path);
  Upload upload;
  upload.size = file->tellg();
  file->seekg(0);
  upload.read = [file](char* buffer, std::size_t size) {
    file->read(buffer, static_cast<std::streamsize>(size));
    return static_cast<std::size_t>(file->gcount());
  };
  upload.rewind = [file] {
    file->clear();
    return static_cast<bool>(file->seekg(0));
  };
  return upload;
}

Request get(std::string url) {
  Request request;
  request.url = std::move(url);
  return request;
}

Request post_json(std::string url, const Json& body) {
  Request request;
  request.method = "POST";
  request.url = std::move(url);
  request.body = body.dump();
  request.headers.emplace_back("Content-Type", "application/json");
  return request;
}

std::string Response::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

std::string Response::request_id() const {
  auto id = header("x-openstack-request-id");
  if (id.empty()) id = header("x-compute-request-id");
  return id.empty() ? header("x-request-id") : id;
}

Result<Json> Response::json() const {
  auto parsed = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded())
    return give_up("the answer is not JSON (status " + std::to_string(status) + ", " +
                   header("content-type") + ")");
  return parsed;
}

// A multi handle holds the open connections, an easy handle the settings of one transfer.
class Client::Connection {
 public:
  explicit Connection(const CurlLibrary& curl)
      : curl_(curl), multi_(curl.multi_init()), easy_(curl.easy_init()) {}
  ~Connection() {
    curl_.easy_cleanup(easy_);
    curl_.multi_cleanup(multi_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The result of the transfer that `easy` is set up for; nullopt when it was stopped.
  std::optional<CURLcode> perform(std::stop_token stop) {
    curl_.multi_add_handle(multi_, easy_);
    std::stop_callback wake(stop, [this] { curl_.multi_wakeup(multi_); });
    std::optional<CURLcode> result;
    int running = 1;
    while (running && !stop.stop_requested()) {
      if (curl_.multi_perform(multi_, &running) != CURLM_OK) break;
      if (running && curl_.multi_poll(multi_, nullptr, 0, 1000, nullptr) != CURLM_OK) break;
    }
    int left = 0;
    while (CURLMsg* message = curl_.multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) result = message->data.result;
    }
    curl_.multi_remove_handle(multi_, easy_);
    if (!result && !stop.stop_requested()) result = CURLE_FAILED_INIT;
    return result;
  }

  CURL* easy() { return easy_; }
  const CurlLibrary& curl() { return curl_; }

 private:
  const CurlLibrary& curl_;
  CURLM* multi_;
  CURL* easy_;
};

struct Client::Idle {
  std::mutex mutex;
  std::vector<std::unique_ptr<Connection>> connections;
};

Client::Client(Options options) : options_(std::move(options)), idle_(std::make_unique<Idle>()) {
  if (!options_.wait) options_.wait = wait_for_real;
}
Client::~Client() = default;

std::unique_ptr<Client::Connection> Client::take() {
  std::lock_guard lock(idle_->mutex);
  if (idle_->connections.empty()) return nullptr;
  auto connection = std::move(idle_->connections.back());
  idle_->connections.pop_back();
  return connection;
}

void Client::give_back(std::unique_ptr<Connection> connection) {
  std::lock_guard lock(idle_->mutex);
  idle_->connections.push_back(std::move(connection));
}

Result<Response> Client::attempt(const Request& request, std::stop_token stop, bool& nothing_sent) {
  MS_TRY(const CurlLibrary* library, curl_library());
  const CurlLibrary& curl = *library;
  auto connection = take();
  if (!connection) connection = std::make_unique<Connection>(curl);
  CURL* easy = connection->easy();
  curl.easy_reset(easy);

  Transfer transfer{request, options_.max_body};
  char detail[CURL_ERROR_SIZE] = "";
  curl_slist* headers = nullptr;
  curl_slist* connect_to = nullptr;
  for (const auto& [name, value] : request.headers)
    headers = curl.slist_append(headers, (name + (value.empty() ? ";" : ": " + value)).c_str());
  headers = curl.slist_append(headers, "Expect:");  // no second round trip for large bodies
  for (const auto& [from, to] : options_.connect_to)
    connect_to = curl.slist_append(connect_to, (from + ":" + to).c_str());

  curl.easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
  curl.easy_setopt(easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
  curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_limit.count()));
  curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.limit.count()));
  if (!options_.proxy.empty())
    curl.easy_setopt(easy, CURLOPT_PROXY, options_.proxy.c_str());
  else if (!options_.use_proxy)
    curl.easy_setopt(easy, CURLOPT_PROXY, "");
  if (connect_to) curl.easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to);
  if (!options_.ca_pem.empty()) {
    curl_blob blob{const_cast<char*>(options_.ca_pem.data()), options_.ca_pem.size(), CURL_BLOB_COPY};
    curl.easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
  } else if (!options_.ca_file.empty()) {
    curl.easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  }
  if (!options_.client_certificate_pem.empty()) {
    const std::string& key = options_.client_key_pem.reveal();  // libcurl takes a copy of its own
    curl_blob certificate{const_cast<char*>(options_.client_certificate_pem.data()),
                          options_.client_certificate_pem.size(), CURL_BLOB_COPY};
    curl_blob private_key{const_cast<char*>(key.data()), key.size(), CURL_BLOB_COPY};
    curl.easy_setopt(easy, CURLOPT_SSLCERTTYPE, "PEM");
    curl.easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
    curl.easy_setopt(easy, CURLOPT_SSLKEYTYPE, "PEM");
    curl.easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &private_key);
  }
  if (!options_.verify) {
    curl.easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl.easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  // Without this the system's folder of authorities is believed as well.
  if (!options_.ca_pem.empty() || !options_.ca_file.empty())
    curl.easy_setopt(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));

  curl.easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  if (request.upload) {
    curl.easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl.easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl.easy_setopt(easy, CURLOPT_READDATA, &transfer);
    if (request.upload->size >= 0)
      curl.easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.upload->size));
  } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
             request.method == "PATCH") {
    curl.easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
    curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  if (request.method == "HEAD") curl.easy_setopt(easy, CURLOPT_NOBODY, 1L);
  curl.easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl.easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl.easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl.easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  if (request.progress) {
    curl.easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl.easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl.easy_setopt(easy, CURLOPT_XFERINFODATA, &transfer);
  }

  const auto code = connection->perform(stop);
  curl.slist_free_all(headers);
  curl.slist_free_all(connect_to);

  if (!code) return retry("stopped while waiting for an answer", place(request));
  if (*code != CURLE_OK) {
    nothing_sent = *code == CURLE_COULDNT_CONNECT || *code == CURLE_COULDNT_RESOLVE_HOST;
    const char* text = *detail ? detail : curl.easy_strerror(*code);
    return transfer_error(*code, text, request, transfer);
  }
  give_back(std::move(connection));
  return std::move(transfer.response);
}

Result<Response> Client::send(const Request& request, std::stop_token stop) {
  const bool may_repeat = idempotent(request);
  std::minstd_rand random(std::random_device{}());
  auto pause = options_.backoff;
  for (int attempt_number = 1;; ++attempt_number) {
    bool nothing_sent = false;
    auto answer = attempt(request, stop, nothing_sent);
    if (stop.stop_requested() || attempt_number >= options_.attempts) return answer;

    std::chrono::milliseconds time = pause + pause * static_cast<int>(random() % 50) / 100;
    if (!answer) {
      if (answer.error().kind != ErrorKind::retry || !(may_repeat || nothing_sent)) return answer;
    } else {
      // 503 says "not done"; the others may come from a proxy after the service has done it.
      if (!passing_status(answer->status) || !(may_repeat || answer->status == 503)) return answer;
      if (const auto seconds = answer->header("retry-after"); !seconds.empty() && std::isdigit(seconds[0])) {
        time = std::chrono::seconds(std::strtoll(seconds.c_str(), nullptr, 10));
        if (time > options_.max_retry_after) return answer;
      }
    }
    if (request.upload && !request.upload->rewind()) return answer;
    if (!options_.wait(time, stop)) return answer;
    pause = std::min(pause * 2, std::chrono::milliseconds(8'000));
  }
}

Error status_error(const Request& request, const Response& response) {
  std::string message;
  // Each OpenStack service has its own wrapping: {"error":{"message"}}, {"badRequest":{"message"}},
  // {"NeutronError":{"message","detail"}}, {"errors":[{"detail"}]}; glance answers in HTML.
  const auto body = Json::parse(response.body, nullptr, false);
  if (body.is_object() && !body.empty()) {
    const Json* first = &body.begin().value();
    if (first->is_array() && !first->empty()) first = &first->front();
    for (const char* key : {"message", "detail", "title"}) {
      if (first->is_object() && first->contains(key) && (*first)[key].is_string() && message.empty())
        message = (*first)[key].get<std::string>();
    }
    if (first->is_string()) message = first->get<std::string>();
  } else if (const auto title = response.body.find("<title>"); title != std::string::npos) {
    message = response.body.substr(title + 7, response.body.find("</title>") - title - 7);
  }
  const auto id = response.request_id();
  std::string what = "HTTP " + std::to_string(response.status) + (message.empty() ? "" : ": " + message) +
                     (id.empty() ? "" : " (request " + id + ")");
  const int status = response.status;
  Error error = give_up(what, place(request));
  error.code = std::to_string(status);
  if (status == 408 || status == 429 || status >= 500) error.kind = ErrorKind::retry;
  if (status == 400 || status == 401 || status == 403 || status == 409 || status == 413)
    error.kind = ErrorKind::ask;
  if (status == 401) error.fix = "check the user name and password or the application credential";
  if (status == 403) error.fix = "use an account with the role this call needs, or raise the quota";
  return error;
}

Result<Response> send_ok(Client& client, const Request& request, std::stop_token stop) {
  MS_TRY(auto response, client.send(request, stop));
  if (!response.ok()) return status_error(request, response);
  return response;
}

}  // namespace microstack::http
