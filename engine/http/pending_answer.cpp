#include "http/pending_answer.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "http/connection.hpp"
#include "http/mailbox.hpp"

namespace sluice::http {

namespace {

bool has_no_content(int status) { return status < 200 || status == 204 || status == 304; }

/// How the message is framed is told here and nowhere else; an answer that was passed on from
/// another server still carries its old frame.
bool is_framing(std::string_view name) {
    constexpr std::array<std::string_view, 4> kFraming{
        "Content-Length", "Connection", "Keep-Alive", "Transfer-Encoding"
    };
    return std::ranges::any_of(kFraming, [&](std::string_view own) {
        return equal_ignoring_case(name, own);
    });
}

/// What would end its line and begin another header.
bool breaks_the_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

PendingAnswer::PendingAnswer(
    ConnectionHost& host, std::weak_ptr<Connection> connection, AnswerForm form
)
    : host_(host), mailbox_(host.mailbox), connection_(std::move(connection)), form_(form) {}

void PendingAnswer::answer(MakeResponse make) {
    mailbox_->put([self = shared_from_this(), make = std::move(make)]() mutable {
        self->settle(std::move(make));
    });
}

void PendingAnswer::drop() { answer(nullptr); }

void PendingAnswer::give_up_at(SteadyTime deadline, MakeResponse make) {
    mailbox_->run([self = shared_from_this(), deadline, make = std::move(make)]() mutable {
        self->deadline_ = deadline;
        self->late_ = std::move(make);
    });
}

void PendingAnswer::give_up() { settle(std::exchange(late_, nullptr)); }

void PendingAnswer::settle(MakeResponse make) {
    if (is_there_) {
        return;
    }
    try {
        if (make != nullptr) {
            put(make());
        }
    } catch (const std::exception&) {
        make = nullptr;
    }
    if (!is_there_) {
        put(host_.protocol_error({500, "the request met a fault of ours"}));
    }
    late_ = nullptr;
    if (const auto connection = connection_.lock()) {
        connection->write_answers();
    }
}

void append_message(
    std::string& out, const Response& response, const AnswerForm& form, const MessageEnd& end
) {
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    out.append(status_text(response.status)).append("\r\n");
    for (const auto& [name, value] : response.headers) {
        if (!is_framing(name) && !breaks_the_line(name) && !breaks_the_line(value)) {
            append_field(out, name, value);
        }
    }
    if (end.closes) {
        append_field(out, "Connection", "close");
    } else {
        if (form.is_http_1_0) {
            append_field(out, "Connection", "keep-alive");
        }
        append_field(out, "Keep-Alive", end.keep_alive);
    }
    if (has_no_content(response.status)) {
        out.append("\r\n");
        return;
    }
    append_field(out, "Content-Length", std::to_string(response.body.size()));
    out.append("\r\n");
    if (form.has_body) {
        out.append(response.body);
    }
}

}  // namespace sluice::http
