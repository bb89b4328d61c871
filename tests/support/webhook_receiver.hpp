#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/mutex.hpp"
#include "http/server.hpp"

namespace sluice::testing {

/// A business system's side of webhooks, over real HTTP on this machine: keeps what it gets and
/// answers as the test says.
class WebhookReceiver {
  public:
    using Behave = std::function<void(const http::Request&, http::Responder)>;

    /// Answers 200 until it is told otherwise.
    WebhookReceiver();
    ~WebhookReceiver();
    WebhookReceiver(const WebhookReceiver&) = delete;
    WebhookReceiver& operator=(const WebhookReceiver&) = delete;

    [[nodiscard]] std::string url(const std::string& path = "/hooks") const;
    void behave(Behave behave);
    [[nodiscard]] std::vector<http::Request> received() const;
    [[nodiscard]] std::size_t count() const { return received().size(); }

    static Behave answering(int status, const http::Headers& headers = {});
    /// Takes the request and closes the connection without a byte.
    static Behave cutting();
    /// Says 200 when so much time is over.
    Behave answering_after(std::chrono::milliseconds time);
    /// Takes the request and never answers. Who must let the connections go stops the receiver.
    Behave silent();

  private:
    mutable Mutex mutex_;
    Behave behave_ SLUICE_GUARDED_BY(mutex_);
    std::vector<http::Request> received_ SLUICE_GUARDED_BY(mutex_);
    std::vector<http::Responder> kept_ SLUICE_GUARDED_BY(mutex_);
    std::unique_ptr<http::Server> server_;
};

}  // namespace sluice::testing
