#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "http/message.hpp"

namespace sluice::http {

using SteadyTime = std::chrono::steady_clock::time_point;

/// Makes an answer. It runs on the server's I/O thread: it must be quick and must not block.
using MakeResponse = std::move_only_function<Response()>;

/// Where the answer of one request goes: a server's connection, or what a test puts in its place.
/// Any thread; each of answer() and drop() at most once, and not both.
class ResponseSink {
  public:
    virtual ~ResponseSink() = default;

    virtual void answer(MakeResponse make) = 0;
    /// Nobody will answer.
    virtual void drop() = 0;
    virtual void give_up_at(SteadyTime deadline, MakeResponse make) = 0;
};

/// The right and the duty to answer one request, exactly once, at once or later, from any thread.
/// Dropped without an answer it answers 500. When the caller, his connection or the server is gone
/// the answer goes nowhere. One thread at a time.
class Responder {
  public:
    explicit Responder(std::shared_ptr<ResponseSink> sink) : sink_(std::move(sink)) {}
    ~Responder();
    Responder(Responder&&) noexcept = default;
    Responder& operator=(Responder&& other) noexcept;

    /// Only the first answer counts.
    void answer(Response response);
    /// For answers that cost something to make: whoever calls does not pay for it. The function
    /// is run even when the caller has gone, but not after the server has.
    void answer(MakeResponse make);

    /// Once the deadline is over, the answer is what `make` gives then; an answer that comes later
    /// goes nowhere. Precise to a tenth of a second.
    void give_up_at(SteadyTime deadline, MakeResponse make);

  private:
    std::shared_ptr<ResponseSink> sink_;
};

}  // namespace sluice::http
