#include "http/client_exchange.hpp"

#include <array>
#include <new>
#include <utility>

#include <curl/curl.h>

namespace sluice::http {

namespace {

constexpr std::size_t kResponseHeadMax = 64U << 10U;

std::string_view failure_code(int code) {
    switch (code) {
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
            return "bad_url";
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return "dns";
        case CURLE_COULDNT_CONNECT:
        case CURLE_INTERFACE_FAILED:
            return "connect";
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
            return "tls";
        case CURLE_OPERATION_TIMEDOUT:
            return "timeout";
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_PARTIAL_FILE:
            return "closed";
        default:
            return "protocol";
    }
}

bool changes_nothing(std::string_view method) { return method == "GET" || method == "HEAD"; }

/// The egress outlives every exchange of its pool.
curl_blob lent_blob(const std::string& text) {
    return {// NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): curl only reads it
            .data = const_cast<char*>(text.data()),
            .len = text.size(),
            .flags = CURL_BLOB_NOCOPY
    };
}

long milliseconds(std::chrono::milliseconds time) { return static_cast<long>(time.count()); }

}  // namespace

void ClientExchange::ListFree::operator()(void* list) const {
    curl_slist_free_all(static_cast<curl_slist*>(list));
}

struct ClientExchange::Callbacks {
    static std::size_t body(char* text, std::size_t, std::size_t size, void* self) {
        ClientExchange& exchange = *static_cast<ClientExchange*>(self);
        if (exchange.request_.response_body == ResponseBody::dropped) {
            return size;
        }
        std::string& body = exchange.response_.body;
        if (size > exchange.request_.response_max_bytes - body.size()) {
            exchange.too_large_ = true;
            return 0;
        }
        body.append(text, size);
        return size;
    }

    static std::size_t header(char* text, std::size_t, std::size_t size, void* self) {
        ClientExchange& exchange = *static_cast<ClientExchange*>(self);
        exchange.head_bytes_ += size;
        if (exchange.head_bytes_ > kResponseHeadMax) {
            exchange.too_large_ = true;
            return 0;
        }
        exchange.take_header_line({text, size});
        return size;
    }

    static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) {
        ClientExchange& exchange = *static_cast<ClientExchange*>(self);
        if (!is_reachable(address->addr, exchange.reachable_)) {
            exchange.address_refused_ = true;
            return CURL_SOCKET_BAD;
        }
        return exchange.sockets_.open(address->family, address->socktype, address->protocol);
    }

    static int close_socket(void* sockets, curl_socket_t socket) {
        return static_cast<ClientSockets*>(sockets)->close(socket);
    }

    /// Runs before each attempt to write the request. curl starts a second one on its own when a
    /// reused connection died before any answer; that is refused if the first may have arrived.
    static int before_request(void* self, char*, char*, int, int) {
        ClientExchange& exchange = *static_cast<ClientExchange*>(self);
        if (++exchange.attempts_ == 1) {
            exchange.asked_of_proxy_ = exchange.written();
        }
        const bool repeats = exchange.attempts_ > 1 && exchange.stage() != FailureStage::not_sent;
        if (repeats && !changes_nothing(exchange.request_.method)) {
            exchange.repeat_refused_ = true;
            return CURL_PREREQFUNC_ABORT;
        }
        return CURL_PREREQFUNC_OK;
    }
};

ClientExchange::ClientExchange(ClientSockets& sockets)
    : sockets_(sockets), handle_(curl_easy_init()) {
    if (handle_ == nullptr) {
        throw std::bad_alloc();
    }
    error_text_.resize(CURL_ERROR_SIZE);
}

ClientExchange::~ClientExchange() { curl_easy_cleanup(handle_); }

ClientExchange& ClientExchange::of(void* handle) {
    char* self = nullptr;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &self);
    return *reinterpret_cast<ClientExchange*>(self);
}

void ClientExchange::prepare(ClientRequest request, ClientDone done, const Way& way) {
    const ClientSettings& settings = way.settings;
    request_ = std::move(request);
    done_ = std::move(done);
    response_ = {};
    head_bytes_ = 0;
    attempts_ = 0;
    asked_of_proxy_ = 0;
    too_large_ = false;
    repeat_refused_ = false;
    address_refused_ = false;
    reachable_ = settings.reachable;
    error_text_.front() = '\0';

    curl_easy_reset(handle_);
    curl_easy_setopt(handle_, CURLOPT_PRIVATE, this);
    curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, error_text_.data());
    curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Callbacks::body);
    curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &Callbacks::header);
    curl_easy_setopt(handle_, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(handle_, CURLOPT_PREREQFUNCTION, &Callbacks::before_request);
    curl_easy_setopt(handle_, CURLOPT_PREREQDATA, this);
    curl_easy_setopt(handle_, CURLOPT_OPENSOCKETFUNCTION, &Callbacks::open_socket);
    curl_easy_setopt(handle_, CURLOPT_OPENSOCKETDATA, this);
    curl_easy_setopt(handle_, CURLOPT_CLOSESOCKETFUNCTION, &Callbacks::close_socket);
    curl_easy_setopt(handle_, CURLOPT_CLOSESOCKETDATA, &sockets_);
    curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    curl_easy_setopt(handle_, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    // Signatures cover the path as it was written.
    curl_easy_setopt(handle_, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(
        handle_, CURLOPT_MAXAGE_CONN, static_cast<long>(settings.idle_connection_max.count())
    );
    curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.connect_timeout));
    curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, milliseconds(request_.total_timeout));
    curl_easy_setopt(handle_, CURLOPT_URL, request_.url.c_str());
    set_egress(way);
    set_method();
    set_headers();
}

void ClientExchange::set_egress(const Way& way) {
    const Egress& egress = way.egress;
    is_tunnelled_ = egress.proxy && !egress.proxy->url.empty();
    curl_easy_setopt(handle_, CURLOPT_PROXY, is_tunnelled_ ? egress.proxy->url.c_str() : "");
    // Nor are exceptions from the environment.
    curl_easy_setopt(handle_, CURLOPT_NOPROXY, "");
    if (is_tunnelled_) {
        curl_easy_setopt(handle_, CURLOPT_HTTPPROXYTUNNEL, 1L);
        curl_easy_setopt(handle_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        // What the request says is for the other end alone.
        curl_easy_setopt(handle_, CURLOPT_HEADEROPT, long{CURLHEADER_SEPARATE});
        if (!egress.proxy->user.empty()) {
            curl_easy_setopt(handle_, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC));
            curl_easy_setopt(handle_, CURLOPT_PROXYUSERNAME, egress.proxy->user.c_str());
            curl_easy_setopt(
                handle_, CURLOPT_PROXYPASSWORD, egress.proxy->password.reveal().c_str()
            );
        }
    }
    if (!egress.client_certificate.empty()) {
        curl_blob certificate = lent_blob(egress.client_certificate);
        curl_blob key = lent_blob(egress.client_key.reveal());
        curl_easy_setopt(handle_, CURLOPT_SSLCERT_BLOB, &certificate);
        curl_easy_setopt(handle_, CURLOPT_SSLKEY_BLOB, &key);
    }
    if (!egress.ca_certificates.empty()) {
        curl_blob certificates = lent_blob(egress.ca_certificates);
        curl_easy_setopt(handle_, CURLOPT_CAINFO_BLOB, &certificates);
        // The system's folder would be trusted beside it.
        curl_easy_setopt(handle_, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    } else if (!way.settings.ca_file.empty()) {
        curl_easy_setopt(handle_, CURLOPT_CAINFO, way.settings.ca_file.c_str());
    }
}

void ClientExchange::set_method() {
    if (request_.method == "HEAD") {
        curl_easy_setopt(handle_, CURLOPT_NOBODY, 1L);
        return;
    }
    if (request_.method == "GET" && request_.body.empty()) {
        curl_easy_setopt(handle_, CURLOPT_HTTPGET, 1L);
        return;
    }
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(
        handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size())
    );
    curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void ClientExchange::set_headers() {
    curl_slist* list = nullptr;
    const auto add = [&list](const std::string& line) {
        list = curl_slist_append(list, line.c_str());
    };
    for (const auto& [name, value] : request_.headers) {
        std::string line = name;
        line.append(value.empty() ? ";" : ": ").append(value);
        add(line);
    }
    // An empty right side keeps curl from adding the field by itself.
    add("Expect:");
    if (!request_.headers.has("content-type")) {
        add("Content-Type:");
    }
    header_list_.reset(list);
    curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, list);
}

void ClientExchange::take_header_line(std::string_view line) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
        line.remove_suffix(1);
    }
    if (line.starts_with("HTTP/")) {
        // A final answer may follow an interim one: only the last head counts.
        response_.headers = {};
        return;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
        return;
    }
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) {
        value.remove_prefix(1);
    }
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) {
        value.remove_suffix(1);
    }
    response_.headers.add({std::string(line.substr(0, colon)), std::string(value)});
}

long ClientExchange::written() const {
    // Counts what was handed to the connection over all attempts; stays 0 while connecting.
    long bytes = 0;
    curl_easy_getinfo(handle_, CURLINFO_REQUEST_SIZE, &bytes);
    return bytes;
}

FailureStage ClientExchange::stage() const {
    // Until an attempt began there was only talk with the proxy. When a second one needed it again,
    // that talk counts as the request's: rather asked about than believed not to be sent.
    const bool has_begun = attempts_ > 0 || !is_tunnelled_;
    return has_begun && written() > asked_of_proxy_ ? FailureStage::maybe_sent
                                                    : FailureStage::not_sent;
}

std::string ClientExchange::refusal_of_proxy() const {
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_HTTP_CONNECTCODE, &status);
    if (!is_tunnelled_ || attempts_ > 0 || status == 0 || status / 100 == 2) {
        return {};
    }
    return "the proxy answered CONNECT with " + std::to_string(status) + ", wanted 200";
}

ClientResult ClientExchange::result(int curl_code) {
    if (curl_code == CURLE_OK) {
        long status = 0;
        curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
        response_.status = static_cast<int>(status);
        return std::move(response_);
    }
    ClientFailure failure{.stage = stage(), .code = std::string(failure_code(curl_code))};
    if (too_large_) {
        failure.code = "too_large";
        failure.message = "the response is larger than " +
                          std::to_string(request_.response_max_bytes) + " bytes allow";
        return std::unexpected(std::move(failure));
    }
    if (address_refused_ && failure.stage == FailureStage::not_sent) {
        failure.code = "address";
        failure.message = "the host's address is not one that may be reached from here";
        return std::unexpected(std::move(failure));
    }
    if (std::string refusal = refusal_of_proxy(); !refusal.empty()) {
        failure.code = "proxy";
        failure.message = std::move(refusal);
        return std::unexpected(std::move(failure));
    }
    if (repeat_refused_) {
        failure.code = "closed";
        failure.message = "the connection was lost after the request was written; not repeated";
        return std::unexpected(std::move(failure));
    }
    const std::string_view detail = error_text_.c_str();
    failure.message =
        detail.empty() ? curl_easy_strerror(static_cast<CURLcode>(curl_code)) : detail;
    return std::unexpected(std::move(failure));
}

ClientFailure ClientExchange::stopped() const {
    return {.stage = stage(), .code = "stopped", .message = "the client is being closed"};
}

}  // namespace sluice::http
