#include "http/blocking.hpp"

#include <memory>
#include <utility>

namespace sluice::http {

namespace {

struct Work {
    Work(std::function<Response(const Request&)> given, WorkThreads::Settings settings)
        : serve(std::move(given)), threads(std::move(settings)) {}

    std::function<Response(const Request&)> serve;
    WorkThreads threads;
};

}  // namespace

Handler blocking(std::function<Response(const Request&)> serve, WorkThreads::Settings threads) {
    auto work = std::make_shared<Work>(std::move(serve), std::move(threads));
    return [work = std::move(work)](Request request, Responder responder) {
        if (!work->threads.has_room()) {
            Response full = plain_answer({503, "too many requests wait already, send it again"});
            full.headers.add({"Retry-After", "1"});
            responder.answer(std::move(full));
            return;
        }
        work->threads.run(
            [&serve = work->serve, request = std::move(request), responder = std::move(responder)](
            ) mutable { responder.answer(serve(request)); }
        );
    };
}

}  // namespace sluice::http
