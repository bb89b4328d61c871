#include "gateway/gateway.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

#include "core/utf8.hpp"
#include "gateway/admission.hpp"
#include "gateway/call.hpp"
#include "gateway/dispatch.hpp"
#include "gateway/forwarding.hpp"
#include "gateway/input.hpp"
#include "gateway/metrics.hpp"
#include "gateway/problem.hpp"
#include "gateway/reply.hpp"
#include "gateway/routes.hpp"
#include "gateway/system_api.hpp"
#include "gateway/text_rule.hpp"
#include "http/work_threads.hpp"
#include "log/log.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kRequestIdMax = 64;

/// A caller's own id is taken over when it can stand in a header and a log line.
bool is_good_request_id(std::string_view id) {
    const TextRule rule{.min = 1, .max = kRequestIdMax, .charset = TextRule::Charset::token};
    return !find_fault(id, rule);
}

Problem unknown_address(const http::Request& request) {
    return {
        .status = 404,
        .code = "unknown_address",
        .detail = "no address '" + show_bytes(request.path) + "' here; /openapi.json lists them",
        .errors = {},
        .headers = {}
    };
}

Problem wrong_method(const http::Request& request, const std::string& allowed) {
    return {
        .status = 405,
        .code = "method_not_allowed",
        .detail = "method is " + show_bytes(request.method) + ", wanted " + allowed,
        .errors = {},
        .headers = {{"Allow", allowed}}
    };
}

std::string_view code_of_protocol_error(int status) {
    switch (status) {
        case 408:
            return "request_timeout";
        case 413:
            return "body_too_large";
        case 414:
            return "address_too_long";
        case 415:
            return "unsupported_media_type";
        case 431:
            return "headers_too_large";
        case 500:
            return "internal_error";
        default:
            return "unreadable_request";
    }
}

/// One request until it is answered.
struct Pending {
    Pending(http::Request given, http::Responder to)
        : request(std::move(given)), responder(std::move(to)) {}

    const http::Request request;
    http::Responder responder;
    Call call{request, {}, nullptr, {}, {}, false};
    const Route* route = nullptr;
    const std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
};
using PendingPtr = std::shared_ptr<Pending>;

/// What the log's lines about one request have in common, once it is known who asks.
class RequestScope {
  public:
    explicit RequestScope(const Call& call)
        : scope_({{"request_id", call.request_id}, {"key", key_id_of(call)}}) {}

  private:
    static std::string_view key_id_of(const Call& call) {
        return call.caller == nullptr ? "none" : std::string_view(call.caller->key_id);
    }
    log::Scope scope_;
};

/// What never blocks, or says itself when it would: this is seen to at once.
bool is_quick(Endpoint endpoint) {
    constexpr std::array kQuick{
        Endpoint::create_payment,
        Endpoint::receive_callback,
        Endpoint::healthz,
        Endpoint::readyz,
        Endpoint::openapi,
    };
    return std::ranges::find(kQuick, endpoint) != kQuick.end();
}

}  // namespace

class Gateway::Core {
  public:
    Core(Settings settings, Collaborators parts)
        : settings_(std::move(settings)),
          parts_(std::move(parts)),
          ids_(parts_.clock, parts_.random),
          callback_gate_(settings_.callbacks),
          services_{settings_, parts_, ids_, callback_gate_},
          admission_(settings_.keys, parts_, metrics_),
          threads_({.threads_max = settings_.threads, .name = "gateway"}),
          callback_threads_({.threads_max = settings_.callbacks.threads, .name = "callbacks"}) {}

    void handle(http::Request request, http::Responder responder) {
        auto pending = std::make_shared<Pending>(std::move(request), std::move(responder));
        pending->call.request_id = choose_request_id(pending->request);
        const log::Scope scope({{"request_id", pending->call.request_id}});
        Match match = match_route(pending->request.method, pending->request.path);
        pending->route = match.route;
        if (auto problem = prepare(pending->call, match)) {
            go_on(pending, std::unexpected(*std::move(problem)));
        } else if (admission_.must_prove(pending->call)) {
            go_on(pending, prove(pending));
        } else if (is_quick(match.route->endpoint)) {
            go_on(pending, dispatch(match.route->endpoint, pending->call));
        } else {
            go_on(pending, Slow{[this, &call = pending->call, endpoint = match.route->endpoint] {
                      return dispatch(endpoint, call);
                  }});
        }
    }

    http::Response protocol_error(const http::ProtocolError& error) {
        const std::string request_id = ids_.make_request_id();
        Problem problem;
        problem.status = error.status;
        problem.code = code_of_protocol_error(error.status);
        problem.detail = error.detail;
        http::Response response = to_response(problem, request_id);
        response.headers.set({"X-Request-Id", request_id});
        metrics_.count(nullptr, error.status, std::chrono::microseconds{0});
        return response;
    }

  private:
    std::string choose_request_id(const http::Request& request) {
        const std::string* given = request.headers.find("X-Request-Id");
        return given != nullptr && is_good_request_id(*given) ? *given : ids_.make_request_id();
    }

    /// One step towards the answer.
    void go_on(const PendingPtr& pending, Reply reply) {
        if (auto* answer = std::get_if<Answer>(&reply.is)) {
            pending->responder.answer(finish(*pending, std::move(*answer)));
        } else if (auto* slow = std::get_if<Slow>(&reply.is)) {
            run(pending, std::move(*slow));
        } else {
            wait(pending, std::get<Later>(std::move(reply.is)));
        }
    }

    void run(const PendingPtr& pending, Slow slow) {
        http::WorkThreads& threads =
            slow.threads == Slow::Threads::callbacks ? callback_threads_ : threads_;
        if (!threads.has_room()) {
            const Error full{
                ErrorCode::limit, "too many requests wait already, send the request again", {}
            };
            go_on(pending, std::unexpected(problem_of(full)));
            return;
        }
        threads.run([this, pending, work = std::move(slow.work)]() mutable {
            const RequestScope scope(pending->call);
            go_on(pending, work());
        });
    }

    void wait(const PendingPtr& pending, Later later) {
        const auto make = [this, pending](MakeAnswer make_answer) {
            return [this, pending, make_answer = std::move(make_answer)]() mutable {
                const RequestScope scope(pending->call);
                return finish(*pending, make_answer());
            };
        };
        pending->responder.give_up_at(
            std::chrono::steady_clock::now() + later.patience, make(std::move(later.give_up))
        );
        later.ask(
            {.answer = [pending, make](MakeAnswer make_answer
                       ) { pending->responder.answer(make(std::move(make_answer))); },
             .go_on = [this, pending](Slow slow) { run(pending, std::move(slow)); }}
        );
    }

    http::Response finish(const Pending& pending, Answer answer) {
        const std::string& request_id = pending.call.request_id;
        http::Response response =
            answer ? *std::move(answer) : to_response(answer.error(), request_id);
        response.headers.set({"X-Request-Id", request_id});
        const auto took = std::chrono::steady_clock::now() - pending.begun;
        metrics_.count(
            pending.route,
            response.status,
            std::chrono::duration_cast<std::chrono::microseconds>(took)
        );
        return response;
    }

    /// Completes the call as far as the head of the request tells, or finds what is wrong with it.
    std::optional<Problem> prepare(Call& call, const Match& match) {
        if (match.route == nullptr) {
            return match.allowed.empty() ? unknown_address(call.request)
                                         : wrong_method(call.request, match.allowed);
        }
        call.forwarded = is_forwarded(call.request, settings_);
        for (const std::string& capture : match.captures) {
            auto decoded = http::percent_decode(capture);
            if (!decoded || !is_utf8(*decoded)) {
                return unknown_address(call.request);
            }
            call.captures.push_back(*std::move(decoded));
        }
        return match.route->scope == Scope::open ? std::nullopt
                                                 : admission_.recognise(call, *match.route);
    }

    /// Goes on once the signature is proved.
    Slow prove(const PendingPtr& pending) {
        return Slow{[this, &call = pending->call, route = pending->route]() -> Reply {
            if (auto problem = admission_.prove(call, *route)) {
                return std::unexpected(*std::move(problem));
            }
            return dispatch(route->endpoint, call);
        }};
    }

    Reply dispatch(Endpoint endpoint, const Call& call) {
        if (endpoint == Endpoint::metrics) {
            return get_metrics(services_, metrics_);
        }
        const Handler handler = handler_of(endpoint);
        return handler == nullptr ? std::unexpected(unknown_address(call.request))
                                  : handler(services_, call);
    }

    const Settings settings_;
    const Collaborators parts_;
    IdSource ids_;
    CallbackGate callback_gate_;
    const Services services_;
    Metrics metrics_;
    const Admission admission_;
    /// The last members: they end before what their work uses.
    http::WorkThreads threads_;
    http::WorkThreads callback_threads_;
};

Gateway::Gateway(Settings settings, Collaborators collaborators)
    : core_(std::make_unique<Core>(std::move(settings), std::move(collaborators))) {}
Gateway::~Gateway() = default;

void Gateway::handle(http::Request request, http::Responder responder) {
    core_->handle(std::move(request), std::move(responder));
}

http::Response Gateway::protocol_error(const http::ProtocolError& error) {
    return core_->protocol_error(error);
}

}  // namespace sluice::gateway
