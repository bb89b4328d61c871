#include "bench/stub_reply.hpp"

namespace sluice::bench {

std::string_view raw_member(std::string_view body, std::string_view name) {
    const std::string quoted = "\"" + std::string(name) + "\":";
    const auto at = body.find(quoted);
    if (at == std::string_view::npos) {
        return "null";
    }
    const auto value = body.substr(at + quoted.size());
    const bool is_text = value.starts_with('"');
    const auto end = is_text ? value.find('"', 1) : value.find_first_of(",}");
    return end == std::string_view::npos ? "null" : value.substr(0, end + (is_text ? 1 : 0));
}

std::string stub_reply(
    std::string_view request_body, std::string_view status, std::uint64_t reference
) {
    std::string body = "{\"status\":\"";
    body.append(status).append("\",\"reference\":\"S").append(std::to_string(reference));
    body += "\"";
    for (const std::string_view name : {"number", "amount", "currency", "merchant"}) {
        body.append(",\"").append(name).append("\":").append(raw_member(request_body, name));
    }
    body += "}";
    std::string reply = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
    return reply.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
}

}  // namespace sluice::bench
