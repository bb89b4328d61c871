#include "http/protocol_error.hpp"

#include "core/value.hpp"

namespace sluice::http {

Response plain_answer(const ProtocolError& error) {
    Value body;
    body.set("status", error.status);
    body.set("title", status_text(error.status));
    body.set("detail", error.detail);
    Response response{.status = error.status};
    response.headers.add({"Content-Type", "application/problem+json"});
    response.body = to_json(body);
    return response;
}

std::string last_message(const Response& response) {
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " +
                       std::string(status_text(response.status)) + "\r\nConnection: close\r\n" +
                       "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    for (const auto& [name, value] : response.headers) {
        text += name;
        text += ": ";
        text += value;
        text += "\r\n";
    }
    return text + "\r\n" + response.body;
}

}  // namespace sluice::http
