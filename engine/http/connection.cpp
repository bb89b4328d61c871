#include "http/connection.hpp"

#include <algorithm>
#include <exception>
#include <fcntl.h>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace sluice::http {

namespace {

using SystemError = boost::system::error_code;
namespace asio = boost::asio;

constexpr std::size_t kPipelineMax = 16;
constexpr std::size_t kOutputHigh = 256U << 10U;
constexpr std::size_t kBufferKept = 16U << 10U;
constexpr std::chrono::milliseconds kDrainTime{500};
constexpr std::size_t kDrainBytes = 4U << 20U;

SteadyTime now() { return std::chrono::steady_clock::now(); }

void forget(std::string& text) {
    text.clear();
    if (text.capacity() > kBufferKept) {
        text.shrink_to_fit();
    }
}

bool must_wait(const SystemError& error) {
    return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

Connection::Connection(Socket socket, ConnectionHost& host)
    : socket_(std::move(socket)),
      host_(host),
      parser_(
          {.head_max_bytes = host.settings.head_max_bytes,
           .body_max_bytes = host.settings.body_max_bytes}
      ) {
    SystemError ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    ::fcntl(socket_.native_handle(), F_SETFD, FD_CLOEXEC);
    remote_address_ = socket_.remote_endpoint(ignored).address().to_string();
}

void Connection::begin() {
    idle_until_ = now() + host_.settings.keep_alive_timeout;
    await_input();
}

void Connection::await_input() {
    if (awaits_input_ || !socket_.is_open()) {
        return;
    }
    awaits_input_ = true;
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const SystemError& error) {
        self->awaits_input_ = false;
        if (!error) {
            self->take_input();
        }
    });
}

void Connection::take_input() {
    SystemError error;
    auto& arrived = host_.arrived;
    const std::size_t size = socket_.read_some(asio::buffer(arrived), error);
    if (error && !must_wait(error)) {
        input_ended(error == asio::error::eof);
        return;
    }
    if (draining_) {
        drained_ += size;
        if (drained_ > kDrainBytes) {
            close();
        }
        await_input();
        return;
    }
    use({arrived.data(), size});
    write_answers();
}

void Connection::input_ended(bool orderly) {
    if (!orderly || draining_) {
        close();
        return;
    }
    if (in_request_) {
        refuse(parser_.cut_short());
    }
    input_over_ = true;
    closes_ = true;
    write_answers();
}

/// Parses what is there and keeps the rest.
void Connection::use(std::string_view fresh) {
    if (input_.empty()) {
        input_ = parse(fresh);
    } else {
        input_.append(fresh);
        input_.erase(0, input_.size() - parse(input_).size());
    }
    if (!input_over_ && may_take_more()) {
        await_input();
    }
}

std::string_view Connection::parse(std::string_view bytes) {
    while (!input_over_ && may_take_more()) {
        if (!in_request_) {
            bytes.remove_prefix(std::min(bytes.find_first_not_of("\r\n"), bytes.size()));
            if (bytes.empty()) {
                break;
            }
            in_request_ = true;
            request_by_ = now() + host_.settings.read_timeout;
            parser_.begin();
        }
        bytes.remove_prefix(parser_.put(bytes));
        if (const auto& refusal = parser_.refusal()) {
            refuse(*refusal);
        } else if (parser_.is_done()) {
            hand_over();
        } else {
            break;
        }
    }
    return input_over_ ? std::string_view{} : bytes;
}

bool Connection::may_take_more() const {
    return answers_.size() < kPipelineMax && output_.size() < kOutputHigh;
}

void Connection::hand_over() {
    in_request_ = false;
    ++served_;
    Request request = parser_.take();
    request.remote_address = remote_address_;
    const bool stays = parser_.keeps_alive() && served_ < host_.settings.keep_alive_max;
    answers_.push_back(std::make_shared<PendingAnswer>(
        host_,
        weak_from_this(),
        AnswerForm{
            .has_body = request.method != "HEAD",
            .keeps_alive = stays,
            .is_http_1_0 = parser_.is_http_1_0()
        }
    ));
    if (!stays) {
        input_over_ = true;
        closes_ = true;
    }
    Responder responder(answers_.back());
    try {
        host_.handler(std::move(request), std::move(responder));
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see below
        // The responder, dropped on the way here, has answered.
    }
}

void Connection::refuse(const ProtocolError& error) {
    in_request_ = false;
    input_over_ = true;
    closes_ = true;
    refused_ = true;
    auto refusal =
        std::make_shared<PendingAnswer>(host_, weak_from_this(), AnswerForm{.keeps_alive = false});
    refusal->put(host_.protocol_error(error));
    answers_.push_back(std::move(refusal));
}

void Connection::offer_to_continue() {
    if (in_request_ && answers_.empty() && parser_.waits_for_continue()) {
        parser_.said_continue();
        output_.append("HTTP/1.1 100 Continue\r\n\r\n");
    }
}

void Connection::write_answers() {
    if (!socket_.is_open()) {
        return;
    }
    while (!answers_.empty() && answers_.front()->is_there()) {
        const auto answer = std::move(answers_.front());
        answers_.pop_front();
        if (answer->response().status == Response::kCutConnection) {
            reset();
            return;
        }
        const bool is_last = !answer->form().keeps_alive || (closes_ && answers_.empty());
        append_message(
            output_,
            answer->response(),
            answer->form(),
            {.closes = is_last, .keep_alive = host_.keep_alive}
        );
    }
    offer_to_continue();
    flush();
}

void Connection::flush() {
    while (written_ < output_.size() && !awaits_output_) {
        SystemError error;
        const auto left = std::string_view(output_).substr(written_);
        written_ += socket_.write_some(asio::buffer(left.data(), left.size()), error);
        progress_by_ = now() + host_.settings.write_timeout;
        if (must_wait(error)) {
            await_output();
        } else if (error) {
            close();
            return;
        }
    }
    if (!awaits_output_) {
        all_is_written();
    }
}

void Connection::await_output() {
    awaits_output_ = true;
    socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const SystemError& error) {
        self->awaits_output_ = false;
        if (!error) {
            self->flush();
        }
    });
}

void Connection::all_is_written() {
    if (!output_.empty()) {
        idle_until_ = now() + host_.settings.keep_alive_timeout;
        written_ = 0;
        forget(output_);
    }
    if (answers_.empty() && closes_) {
        drain();
        return;
    }
    if (!input_over_ && !awaits_input_ && may_take_more()) {
        use({});
        write_answers();
    }
}

/// Takes in what is on its way for a moment, so that the answer is not lost to a reset.
void Connection::drain() {
    if (!refused_) {
        close();
        return;
    }
    if (draining_) {
        return;
    }
    draining_ = true;
    drain_until_ = now() + kDrainTime;
    SystemError ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    await_input();
}

void Connection::end() {
    input_over_ = true;
    closes_ = true;
    if (answers_.empty() && output_.empty() && !draining_) {
        close();
    }
}

void Connection::check_time(SteadyTime time) {
    const auto overdue = [&](const auto& answer) { return answer->is_overdue(time); };
    if (std::ranges::any_of(answers_, overdue)) {
        const auto answers = answers_;
        for (const auto& answer : answers) {
            if (answer->is_overdue(time)) {
                answer->give_up();
            }
        }
    }
    if (draining_) {
        if (time >= drain_until_) {
            close();
        }
    } else if (awaits_output_) {
        if (time >= progress_by_) {
            reset();
        }
    } else if (in_request_ && !input_over_) {
        if (time >= request_by_ && may_take_more()) {
            refuse(
                {408,
                 "the request did not arrive within " +
                     std::to_string(host_.settings.read_timeout.count()) + " ms"}
            );
            write_answers();
        }
    } else if (answers_.empty() && time >= idle_until_) {
        close();
    }
}

/// The peer must see a broken line, not a finished one.
void Connection::reset() {
    SystemError ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    close();
}

void Connection::close() {
    if (!socket_.is_open()) {
        return;
    }
    SystemError ignored;
    socket_.close(ignored);
    host_.on_closed(*this);
}

}  // namespace sluice::http
