#pragma once

#include <chrono>
#include <functional>
#include <utility>
#include <variant>

#include "core/result.hpp"
#include "gateway/call.hpp"
#include "gateway/problem.hpp"

namespace sluice::gateway {

/// Makes an answer; runs on the I/O thread of the server, so it must not block.
using MakeAnswer = std::move_only_function<Answer()>;

struct Reply;

/// Work that may block on the database or takes its time: not for the I/O thread. What channels
/// send is read on threads of its own, so that a flood of it keeps no caller waiting.
struct Slow {
    enum class Threads { callers, callbacks };

    std::move_only_function<Reply()> work;
    Threads threads = Threads::callers;
};

/// Takes what somebody else replied; one of the two, once, on any thread.
struct Next {
    std::function<void(MakeAnswer)> answer;
    std::function<void(Slow)> go_on;  ///< when the database must be asked before there is an answer
};

/// An answer that somebody else (the engine, another node) must reply to first. No thread waits.
struct Later {
    std::move_only_function<void(Next)> ask;  ///< does not block
    std::chrono::milliseconds patience{0};
    MakeAnswer give_up;  ///< the answer when the patience is over
};

/// What an endpoint gives for a request: an answer, or how there will be one. What the functions
/// in it refer to (the call, the services) lives until the answer is made.
struct Reply {
    // NOLINTBEGIN(google-explicit-constructor): an endpoint returns what it has
    Reply(Answer answer) : is(std::move(answer)) {}
    Reply(http::Response response) : is(Answer(std::move(response))) {}
    Reply(std::unexpected<Problem> problem) : is(Answer(std::move(problem))) {}
    Reply(Later later) : is(std::move(later)) {}
    Reply(Slow slow) : is(std::move(slow)) {}
    // NOLINTEND(google-explicit-constructor)

    std::variant<Answer, Later, Slow> is;
};

template <class T>
using Take = std::function<void(Result<T>)>;

/// Waits for one result: `ask` hands out a function that takes it (once, any thread), `finish`
/// makes the answer of it, or of `unknown` when none came in time.
template <class T, class Ask, class Finish>
Later wait_for(std::chrono::milliseconds patience, Ask ask, Finish finish) {
    Later later;
    later.patience = patience;
    later.give_up = [finish, patience]() -> Answer {
        return finish(Result<T>(
            fail(ErrorCode::unknown, "no reply within " + std::to_string(patience.count()) + " ms")
        ));
    };
    later.ask = [ask = std::move(ask), finish = std::move(finish)](Next next) mutable {
        ask(Take<T>([next = std::move(next), finish = std::move(finish)](Result<T> result) {
            next.answer([finish, result = std::move(result)]() mutable -> Answer {
                return finish(std::move(result));
            });
        }));
    };
    return later;
}

}  // namespace sluice::gateway
