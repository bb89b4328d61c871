#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace sluice::testing {

/// A certificate and its key, PEM.
struct TestCertificate {
    std::string certificate;
    std::string key;
};

/// A certificate authority of a test: what it issues is trusted by nobody but who trusts it.
class TestAuthority {
  public:
    explicit TestAuthority(const std::string& name);
    ~TestAuthority();
    TestAuthority(const TestAuthority&) = delete;
    TestAuthority& operator=(const TestAuthority&) = delete;

    /// PEM.
    [[nodiscard]] std::string certificate() const;
    /// For 127.0.0.1 and localhost.
    [[nodiscard]] TestCertificate issue() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// Answers every request over TLS on 127.0.0.1, one connection after the other, with "200 ok".
class TlsPeer {
  public:
    explicit TlsPeer(const TestCertificate& certificate);
    /// Answers only who shows a certificate of this authority (PEM).
    TlsPeer(const TestCertificate& certificate, const std::string& clients_authority);
    ~TlsPeer();
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    /// "https://127.0.0.1:PORT" and the path.
    [[nodiscard]] std::string url(const std::string& path) const;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Requests that were read to their end.
    [[nodiscard]] std::size_t requests() const { return requests_; }

  private:
    struct Context;
    void listen();
    void serve();
    void answer(int socket);

    std::unique_ptr<Context> context_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> requests_ = 0;
    std::atomic<bool> is_stopping_ = false;
    std::thread thread_;
};

}  // namespace sluice::testing
