#pragma once

#include <functional>

#include "http/server.hpp"
#include "http/work_threads.hpp"

namespace sluice::http {

/// Serves with a function that takes its time: it runs on threads of its own, many at once. A
/// request for which even the line has no room is answered 503. The threads end with the handler.
[[nodiscard]] Handler blocking(
    std::function<Response(const Request&)> serve, WorkThreads::Settings threads = {}
);

}  // namespace sluice::http
