#include "support/node_front.hpp"

#include <algorithm>
#include <stdexcept>

#include "http/blocking.hpp"

namespace sluice::testing {
namespace {

constexpr std::chrono::milliseconds kPassOnLimit{90'000};

http::Response nobody() {
    return {
        .status = 503,
        .headers = {{"Content-Type", "application/problem+json"}, {"Retry-After", "1"}},
        .body = R"({"status":503,"code":"no_node","detail":"no node answers"})"
    };
}

bool belongs_to_the_connection(const std::string& name) {
    for (const char* own : {"Host", "Content-Length", "Connection", "Transfer-Encoding"}) {
        if (http::equal_ignoring_case(name, own)) {
            return true;
        }
    }
    return false;
}

http::Headers end_to_end(const http::Headers& headers) {
    http::Headers kept;
    for (const auto& field : headers) {
        if (!belongs_to_the_connection(field.first)) {
            kept.add(field);
        }
    }
    return kept;
}

}  // namespace

Front::Front() {
    http::ServerSettings settings;
    settings.thread_name = "front";
    server_ = std::make_unique<http::Server>(
        settings,
        http::blocking(
            [this](const http::Request& request) { return pass_on(request); },
            {.threads_max = 256, .name = "front-work"}
        )
    );
    if (const auto started = server_->start(); !started) {
        throw std::runtime_error("front: " + started.error().message);
    }
}

Front::~Front() { server_->stop(); }

std::string Front::url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

void Front::set_nodes(std::vector<std::string> urls) {
    const MutexLock lock(mutex_);
    nodes_ = std::move(urls);
}

std::vector<std::string> Front::nodes() {
    const MutexLock lock(mutex_);
    std::vector<std::string> turned = nodes_;
    if (!turned.empty()) {
        const auto first = static_cast<std::ptrdiff_t>(++turn_ % turned.size());
        std::ranges::rotate(turned, turned.begin() + first);
    }
    return turned;
}

http::ClientResult Front::try_node(const std::string& node, const http::Request& request) {
    http::ClientRequest onward;
    onward.method = request.method;
    onward.url = node + request.target;
    onward.body = request.body;
    onward.total_timeout = kPassOnLimit;
    onward.headers = end_to_end(request.headers);
    return http::fetch(client_, std::move(onward));
}

std::optional<http::Request> Front::last_callback() {
    const MutexLock lock(mutex_);
    return last_callback_;
}

http::Response Front::pass_on(const http::Request& request) {
    if (request.path.starts_with("/callbacks/")) {
        const MutexLock lock(mutex_);
        last_callback_ = request;
    }
    for (const std::string& node : nodes()) {
        auto answer = try_node(node, request);
        if (answer) {
            answer->headers = end_to_end(answer->headers);
            return *std::move(answer);
        }
        if (answer.error().stage == http::FailureStage::maybe_sent) {
            break;
        }
    }
    return nobody();
}

}  // namespace sluice::testing
