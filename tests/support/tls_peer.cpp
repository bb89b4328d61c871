#include "support/tls_peer.hpp"

#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace sluice::testing {
namespace {

constexpr int kPatienceMs = 5'000;
constexpr long kDaySeconds = 86'400;

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* thing) const {
        Free(thing);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

void require(bool holds, const char* what) {
    if (!holds) {
        throw std::runtime_error(what);
    }
}

std::string text_of(const Bio& bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(bio.get(), certificate) == 1, "a certificate cannot be written");
    return text_of(bio);
}

std::string pem_of(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    require(
        PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "a key cannot be written"
    );
    return text_of(bio);
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    require(extension != nullptr, "an extension cannot be made");
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Certificate blank_certificate(const std::string& name, EVP_PKEY* key, long serial) {
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDaySeconds);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDaySeconds);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(certificate.get()),
        "CN",
        MBSTRING_ASC,
        reinterpret_cast<const unsigned char*>(name.c_str()),
        -1,
        -1,
        0
    );
    return certificate;
}

bool is_readable(int socket, int milliseconds) {
    pollfd entry{.fd = socket, .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, milliseconds) > 0;
}

}  // namespace

struct TestAuthority::Parts {
    std::shared_ptr<EVP_PKEY> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
    std::shared_ptr<X509> certificate;
};

TestAuthority::TestAuthority(const std::string& name) : parts_(std::make_unique<Parts>()) {
    parts_->certificate = blank_certificate(name, parts_->key.get(), 1);
    X509* own = parts_->certificate.get();
    X509_set_issuer_name(own, X509_get_subject_name(own));
    add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(own, own, NID_key_usage, "critical,keyCertSign");
    require(X509_sign(own, parts_->key.get(), EVP_sha256()) > 0, "an authority cannot sign");
}

TestAuthority::~TestAuthority() = default;

std::string TestAuthority::certificate() const { return pem_of(parts_->certificate.get()); }

TestCertificate TestAuthority::issue() const {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate issued = blank_certificate("the other side", key.get(), 2);
    X509* authority = parts_->certificate.get();
    X509_set_issuer_name(issued.get(), X509_get_subject_name(authority));
    add_extension(
        issued.get(), authority, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost,DNS:pay.test"
    );
    require(
        X509_sign(issued.get(), parts_->key.get(), EVP_sha256()) > 0, "an authority cannot sign"
    );
    return {pem_of(issued.get()), pem_of(key.get())};
}

struct TlsPeer::Context {
    explicit Context(const TestCertificate& certificate) {
        const Bio certificate_text(BIO_new_mem_buf(certificate.certificate.data(), -1));
        const Bio key_text(BIO_new_mem_buf(certificate.key.data(), -1));
        const Certificate own(PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
        const Key key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
        require(SSL_CTX_use_certificate(ssl.get(), own.get()) == 1, "no certificate to be used");
        require(SSL_CTX_use_PrivateKey(ssl.get(), key.get()) == 1, "no key to be used");
    }

    std::shared_ptr<SSL_CTX> ssl{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
};

TlsPeer::TlsPeer(const TestCertificate& certificate)
    : context_(std::make_unique<Context>(certificate)) {
    listen();
}

TlsPeer::TlsPeer(const TestCertificate& certificate, const std::string& clients_authority)
    : context_(std::make_unique<Context>(certificate)) {
    const Bio text(BIO_new_mem_buf(clients_authority.data(), -1));
    const Certificate authority(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
    SSL_CTX* ssl = context_->ssl.get();
    require(
        X509_STORE_add_cert(SSL_CTX_get_cert_store(ssl), authority.get()) == 1,
        "the clients' authority cannot be used"
    );
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    listen();
}

void TlsPeer::listen() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* place = reinterpret_cast<sockaddr*>(&address);
    require(::bind(listener_, place, size) == 0, "bind");
    require(::listen(listener_, 16) == 0, "listen");
    require(::getsockname(listener_, place, &size) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

TlsPeer::~TlsPeer() {
    is_stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
}

std::string TlsPeer::url(const std::string& path) const {
    return "https://127.0.0.1:" + std::to_string(port_) + path;
}

void TlsPeer::serve() {
    while (!is_stopping_) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket >= 0) {
            answer(socket);
            ::close(socket);
        }
    }
}

/// Closes after the answer, so that the next connection has its turn.
void TlsPeer::answer(int socket) {
    const std::unique_ptr<SSL, Freed<SSL_free>> ssl(SSL_new(context_->ssl.get()));
    SSL_set_fd(ssl.get(), socket);
    if (!is_readable(socket, kPatienceMs) || SSL_accept(ssl.get()) != 1) {
        return;
    }
    std::string seen;
    std::array<char, 4096> bytes{};
    while (seen.find("\r\n\r\n") == std::string::npos) {
        const int count = SSL_read(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
        if (count <= 0) {
            return;
        }
        seen.append(bytes.data(), static_cast<std::size_t>(count));
    }
    ++requests_;
    constexpr std::string_view kAnswer =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    SSL_write(ssl.get(), kAnswer.data(), static_cast<int>(kAnswer.size()));
    SSL_shutdown(ssl.get());
}

}  // namespace sluice::testing
