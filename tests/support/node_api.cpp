#include "support/node_api.hpp"

#include "json/json.hpp"

namespace sluice::testing {
namespace {

constexpr std::chrono::milliseconds kAnswerLimit{90'000};

}  // namespace

Reply Api::call(http::ClientRequest request) {
    request.url = base_url_ + request.url;
    request.total_timeout = kAnswerLimit;
    request.response_max_bytes = 64U << 20U;
    if (!bearer_key_.empty()) {
        request.headers.add({"Authorization", "Bearer " + bearer_key_});
    }
    const auto answer = http::fetch(client_, std::move(request));
    Reply reply;
    if (!answer) {
        reply.why = answer.error().code + ": " + answer.error().message;
        return reply;
    }
    reply.status = answer->status;
    reply.headers = answer->headers;
    reply.why = answer->body;
    if (auto body = json::parse(answer->body, {.depth_max = 64, .nodes_max = 10'000'000})) {
        reply.body = *std::move(body);
    }
    return reply;
}

Reply Api::get(const std::string& path, const http::Headers& headers) {
    http::ClientRequest request;
    request.url = path;
    request.headers = headers;
    return call(std::move(request));
}

Reply Api::post(const std::string& path, const Value& body, const http::Headers& headers) {
    http::ClientRequest request;
    request.method = "POST";
    request.url = path;
    request.headers = headers;
    request.headers.add({"Content-Type", "application/json"});
    request.body = to_json(body);
    return call(std::move(request));
}

Reply Api::patch(const std::string& path, const Value& body) {
    http::ClientRequest request;
    request.method = "PATCH";
    request.url = path;
    request.headers.add({"Content-Type", "application/json"});
    request.body = to_json(body);
    return call(std::move(request));
}

Reply Api::post(const std::string& path) {
    http::ClientRequest request;
    request.method = "POST";
    request.url = path;
    return call(std::move(request));
}

Reply Api::remove(const std::string& path) {
    http::ClientRequest request;
    request.method = "DELETE";
    request.url = path;
    return call(std::move(request));
}

}  // namespace sluice::testing
