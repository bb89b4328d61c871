#include "support/webhook_receiver.hpp"

#include <stdexcept>
#include <utility>

namespace sluice::testing {

WebhookReceiver::WebhookReceiver() : behave_(answering(200)) {
    server_ = std::make_unique<http::Server>(
        http::ServerSettings{},
        [this](http::Request request, http::Responder responder) {
            Behave how;
            {
                const MutexLock lock(mutex_);
                received_.push_back(request);
                how = behave_;
            }
            how(request, std::move(responder));
        }
    );
    if (const auto started = server_->start(); !started) {
        throw std::runtime_error(started.error().message);
    }
}

WebhookReceiver::~WebhookReceiver() {
    {
        const MutexLock lock(mutex_);
        kept_.clear();
    }
    server_->stop();
}

std::string WebhookReceiver::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
}

void WebhookReceiver::behave(Behave behave) {
    const MutexLock lock(mutex_);
    behave_ = std::move(behave);
}

std::vector<http::Request> WebhookReceiver::received() const {
    const MutexLock lock(mutex_);
    return received_;
}

WebhookReceiver::Behave WebhookReceiver::answering(int status, const http::Headers& headers) {
    return [status, headers](const http::Request&, http::Responder responder) {
        responder.answer(
            http::Response{.status = status, .headers = headers, .body = "not for anybody"}
        );
    };
}

WebhookReceiver::Behave WebhookReceiver::cutting() {
    return answering(http::Response::kCutConnection);
}

WebhookReceiver::Behave WebhookReceiver::answering_after(std::chrono::milliseconds time) {
    return [this, time](const http::Request&, http::Responder responder) {
        responder.give_up_at(std::chrono::steady_clock::now() + time, [] {
            return http::Response{};
        });
        const MutexLock lock(mutex_);
        kept_.push_back(std::move(responder));
    };
}

WebhookReceiver::Behave WebhookReceiver::silent() {
    return [this](const http::Request&, http::Responder responder) {
        const MutexLock lock(mutex_);
        kept_.push_back(std::move(responder));
    };
}

}  // namespace sluice::testing
