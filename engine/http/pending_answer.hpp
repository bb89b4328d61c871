#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/responder.hpp"

namespace sluice::http {

class Connection;
class Mailbox;
struct ConnectionHost;

/// What the answer of one request must look like, by the request.
struct AnswerForm {
    bool has_body = true;  ///< not for HEAD
    bool keeps_alive = true;
    bool is_http_1_0 = false;
};

/// The place of one answer in the order of its connection. Others answer from any thread; the
/// rest is the I/O thread's.
class PendingAnswer final : public ResponseSink,
                            public std::enable_shared_from_this<PendingAnswer> {
  public:
    PendingAnswer(ConnectionHost& host, std::weak_ptr<Connection> connection, AnswerForm form);

    void answer(MakeResponse make) override;
    void drop() override;
    void give_up_at(SteadyTime deadline, MakeResponse make) override;

    [[nodiscard]] bool is_there() const { return is_there_; }
    [[nodiscard]] bool is_overdue(SteadyTime now) const {
        return !is_there() && late_ != nullptr && now >= deadline_;
    }
    void give_up();
    /// Without telling the connection.
    void put(Response response) {
        response_ = std::move(response);
        is_there_ = true;
    }

    [[nodiscard]] const Response& response() const { return response_; }
    [[nodiscard]] const AnswerForm& form() const { return form_; }

  private:
    void settle(MakeResponse make);

    ConnectionHost& host_;  ///< the I/O thread only: others may outlive it
    const std::shared_ptr<Mailbox> mailbox_;
    const std::weak_ptr<Connection> connection_;
    const AnswerForm form_;
    bool is_there_ = false;
    Response response_;
    MakeResponse late_;
    SteadyTime deadline_;
};

/// What becomes of the connection behind a message.
struct MessageEnd {
    bool closes = false;
    std::string_view keep_alive;  ///< the value of Keep-Alive, while it stays open
};

/// Appends the answer as HTTP/1.1 says it.
void append_message(
    std::string& out, const Response& response, const AnswerForm& form, const MessageEnd& end
);

}  // namespace sluice::http
