#include "http/request_parser.hpp"

#include <algorithm>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "http/head_rules.hpp"

namespace sluice::http {

namespace {

namespace beast = boost::beast::http;
using ErrorCode = boost::beast::error_code;
using Text = boost::beast::string_view;

constexpr std::size_t kTargetMaxBytes = 8192;
/// A chunk's line, or all trailers.
constexpr std::size_t kChunkFramingMax = 8192;
constexpr std::size_t kUsualFields = 12;

/// What stops the library: the reason in words is known already, or is found in the head.
ErrorCode stop() { return beast::error::unexpected_body; }

ProtocolError unreadable_head() {
    return {
        400,
        "the request line or a header cannot be read, wanted METHOD ADDRESS HTTP/1.1 and header "
        "lines NAME: VALUE"
    };
}

ProtocolError broken_chunks() {
    return {
        400, "the chunks of the body cannot be read, wanted SIZE in hexadecimal and a line end"
    };
}

/// What begins otherwise (as TLS does) is not waited for to its end.
bool begins_a_method(std::string_view bytes) {
    const char c = bytes.empty() ? 'G' : bytes.front();
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

/// The header lines of a head that the library does not like, as far as they look like some.
Headers guess_headers(std::string_view head) {
    Headers headers;
    head.remove_prefix(std::min(head.find("\r\n"), head.size()));
    while (head.starts_with("\r\n")) {
        head.remove_prefix(2);
        const std::string_view line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(line.size());
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos) {
            headers.add(
                {std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))}
            );
        }
    }
    return headers;
}

}  // namespace

/// One request, filled by the library piece by piece.
class RequestParser::Message final : public beast::basic_parser<true> {
  public:
    explicit Message(Limits limits) : limits_(limits) {
        eager(true);
        header_limit(static_cast<std::uint32_t>(limits.head_max_bytes) + 1);
        body_limit(limits.body_max_bytes);
        request.headers.reserve(kUsualFields);
    }

    Request request;
    std::optional<ProtocolError> refusal;
    bool is_1_0 = false;
    bool expects_continue = false;
    std::size_t searched = 0;  ///< where the end of the head is not

    /// The library's word, in ours. `head` is what it was reading, when it was a head.
    void refuse(ErrorCode error, std::string_view head) {
        if (refusal) {
            return;
        }
        if (is_header_done()) {
            refusal = error == beast::error::body_limit ? too_large() : broken_chunks();
            return;
        }
        const Headers headers = guess_headers(head);
        refusal = check_head("", headers);
        if (!refusal) {
            refusal = check_announced_body(headers, limits_.body_max_bytes);
        }
        if (!refusal) {
            refusal = unreadable_head();
        }
    }

  private:
    [[nodiscard]] ProtocolError too_large() const {
        return {
            413,
            "the body is too large, wanted at most " + std::to_string(limits_.body_max_bytes) +
                " bytes"
        };
    }

    void on_request_impl(beast::verb, Text method, Text target, int version, ErrorCode& error)
        override {
        if (target.size() > kTargetMaxBytes) {
            refusal = {
                414,
                "the address is too long, wanted at most " + std::to_string(kTargetMaxBytes) +
                    " bytes"
            };
            error = stop();
            return;
        }
        is_1_0 = version == 10;
        request.method = method;
        request.target = target;
        const std::size_t mark = request.target.find('?');
        request.path = request.target.substr(0, mark);
        if (mark != std::string::npos) {
            request.query = request.target.substr(mark + 1);
        }
    }

    void on_field_impl(beast::field, Text name, Text value, ErrorCode&) override {
        if (is_header_done()) {
            return;  // a trailer: nobody asked for it, and it must not pass for a header
        }
        request.headers.add({std::string(name), std::string(value)});
    }

    void on_header_impl(ErrorCode& error) override {
        refusal = check_head(is_1_0 ? "HTTP/1.0" : "HTTP/1.1", request.headers);
        if (!refusal) {
            refusal = check_announced_body(request.headers, limits_.body_max_bytes);
        }
        if (refusal) {
            error = stop();
        }
        expects_continue =
            !is_1_0 && equal_ignoring_case(request.headers.get_or_empty("expect"), "100-continue");
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}

    std::size_t on_body_impl(Text part, ErrorCode&) override {
        request.body.append(part);
        return part.size();
    }

    void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, Text part, ErrorCode& error) override {
        return on_body_impl(part, error);
    }

    void on_finish_impl(ErrorCode&) override {}

    void on_response_impl(int, Text, int, ErrorCode&) override {}

    const Limits limits_;
};

RequestParser::RequestParser(Limits limits) : limits_(limits) {}
RequestParser::~RequestParser() = default;

void RequestParser::begin() { message_ = std::make_unique<Message>(limits_); }

std::size_t RequestParser::put(std::string_view bytes) {
    Message& message = *message_;
    std::size_t head_size = 0;
    if (!message.is_header_done()) {
        if (!begins_a_method(bytes)) {
            message.refusal = unreadable_head();
            return 0;
        }
        // The library sees a head only as a whole, so that its limit and its faults are of the
        // whole.
        const std::size_t end = bytes.find("\r\n\r\n", message.searched);
        head_size = end == std::string_view::npos ? bytes.size() : end + 4;
        if (head_size > limits_.head_max_bytes) {
            message.refusal = {
                431,
                "request line and headers are too long, wanted at most " +
                    std::to_string(limits_.head_max_bytes) + " bytes"
            };
            return 0;
        }
        if (end == std::string_view::npos) {
            message.searched = bytes.size() < 3 ? 0 : bytes.size() - 3;
            return 0;
        }
    }
    ErrorCode error;
    const std::size_t used = message.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    const bool needs_more = error == beast::error::need_more;
    if (error && !needs_more) {
        message.refuse(error, bytes.substr(0, head_size));
    } else if (needs_more && bytes.size() - used > kChunkFramingMax) {
        message.refusal = broken_chunks();
    }
    return used;
}

ProtocolError RequestParser::cut_short() const {
    return message_->is_header_done()
               ? ProtocolError{400, "the connection ended before the announced body"}
               : unreadable_head();
}

const std::optional<ProtocolError>& RequestParser::refusal() const { return message_->refusal; }

bool RequestParser::is_done() const { return message_->is_done(); }

bool RequestParser::waits_for_continue() const {
    return message_->is_header_done() && message_->expects_continue && !message_->is_done();
}

void RequestParser::said_continue() { message_->expects_continue = false; }

Request RequestParser::take() { return std::move(message_->request); }

bool RequestParser::keeps_alive() const { return message_->keep_alive(); }

bool RequestParser::is_http_1_0() const { return message_->is_1_0; }

}  // namespace sluice::http
