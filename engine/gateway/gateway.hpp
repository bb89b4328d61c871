#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/secret.hpp"
#include "gateway/account_store.hpp"
#include "gateway/auth.hpp"
#include "gateway/callback_gate.hpp"
#include "gateway/channel_accounts.hpp"
#include "gateway/order_store.hpp"
#include "gateway/payment_store.hpp"
#include "gateway/payout_store.hpp"
#include "gateway/refund_store.hpp"
#include "gateway/signature_store.hpp"
#include "gateway/surplus_store.hpp"
#include "gateway/task_store.hpp"
#include "gateway/webhooks.hpp"
#include "http/message.hpp"
#include "http/protocol_error.hpp"
#include "http/responder.hpp"
#include "worker/intake.hpp"

namespace sluice::gateway {

/// What a channel's message says, verified, and what to answer once that is recorded.
struct CallbackVerdict {
    worker::CallbackFact fact;
    http::Response acknowledgement;
};

/// Where a message arrived: the two names of its address.
struct CallbackAddress {
    std::string channel;
    std::string channel_account;
};

/// Verifies and reads one message of a channel, or says how to refuse it (the response is sent as
/// it is). Any thread; must not block on the database, must not throw.
using CallbackReader = std::function<
    std::expected<CallbackVerdict, http::Response>(const CallbackAddress&, const http::Request&)>;
/// Whether there is such a channel account. Any thread; must be quick.
using AccountFinder = std::function<bool(const CallbackAddress&)>;

/// Who would be paid by a payout, and how.
struct PayeeWish {
    std::string_view method;
    const Value& payee;
    std::string_view merchant_id;  ///< whose money it would be
};
/// The key under which payouts to this payee are added up, if some channel account pays out so: a
/// keyed hash, the same for the same payee. Else `invalid`, whose context is the place in the
/// request ("/method", "/payee/name") and whose text never has a value of the payee. Pure, any
/// thread.
using PayeeCheck = std::function<Result<std::string>(const PayeeWish&)>;

/// How a leg would be collected.
struct SceneWish {
    std::string_view method;
    std::string_view scene;
    const Value& payer;  ///< null: nothing is said of who pays
    std::string_view merchant_id;
};
/// Whether some channel account collects so; else `invalid`, whose context is "/method" or "/scene"
/// (its text says what is offered) or a place in "/payer" (its text never has a value of it). Pure,
/// any thread.
using SceneCheck = std::function<Result<void>(const SceneWish&)>;

/// Who is paid or pays: what may be stored of it is sealed for this run and part of it alone.
struct Party {
    RunId run;
    int leg = 0;  ///< whose payer it is; 0: the run's payee
    const Value& said;
};
/// What may be stored of a party. Opens nothing.
using PartySeal = std::function<Value(const Party&)>;
/// What tells payees apart and nobody who they are: equal for equal texts.
using PayeePrint = std::function<std::string(std::string_view payee)>;

/// Takes what another node answered. `unavailable`: surely nothing arrived there; `unknown`: it may
/// have.
using ForwardDone = std::function<void(Result<http::Response>)>;
/// Sends the request to another node ("host:port"). Any thread; does not block.
using Forwarder =
    std::function<void(const std::string& address, const http::Request& request, ForwardDone done)>;

struct Settings {
    std::vector<ApiKey> keys;
    /// Known to all nodes and nobody else: marks requests one node forwards to another. Empty: no
    /// request counts as forwarded.
    Secret<std::string> internal_secret;
    std::size_t threads =
        32;  ///< requests that are worked on at once, other than on the I/O thread
    std::size_t body_bytes_max = 1U << 20U;
    CallbackLimits callbacks;
    std::chrono::seconds order_lifetime{30 * 60};  ///< of an order that names no expiry
    /// How long POST /v1/payments waits, unasked, for something the payer can act on.
    std::chrono::seconds action_wait{5};
    /// Beyond the time a caller asked to wait: then the engine's answer is given up.
    std::chrono::milliseconds engine_grace{10'000};
};

/// What the gateway talks to. References outlive it.
struct Collaborators {
    worker::Intake& intake;
    const Clock& clock;
    Random& random;  ///< used by the gateway alone, which guards it
    OrderStore& orders;
    PaymentStore& payments;
    RefundStore& refunds;
    AccountStore& accounts;
    SignatureStore& signatures;
    TaskStore& tasks;
    SurplusStore& surpluses;
    Webhooks webhooks;
    ChannelAccounts channel_accounts;
    CallbackReader read_callback;
    AccountFinder knows_channel_account;  ///< empty: every name may be one
    Forwarder forward;
    PayoutStore& payouts;
    PayeeCheck check_payee;
    SceneCheck check_scene;
    PartySeal seal_party;
    PayeePrint print_payee;
    std::function<Result<void>()> check_ready;  ///< empty: always ready
    std::function<std::string()> more_metrics;  ///< empty: none; Prometheus' text; may block
};

/// The HTTP API of the engine, apart from the sockets: request in, response out. It validates,
/// knows who asks, answers repeats, and hands what is left to the engine's door; it decides nothing
/// about money. What may block on the database runs on threads of its own; a request that waits
/// for the engine or for another node holds no thread. Owned by the app.
class Gateway {
  public:
    /// Throws std::invalid_argument when the settings are wrong.
    Gateway(Settings settings, Collaborators collaborators);
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    /// Sees to one request; for as long as `Prefer: wait` asks (60 s at most) the answer may take
    /// its time. Every failure is a problem document. Does not block. Any thread; the gateway must
    /// outlive the answer.
    void handle(http::Request request, http::Responder responder);

    /// What to answer for a request that could not even be read, e.g. 408 or 413. Any thread.
    [[nodiscard]] http::Response protocol_error(const http::ProtocolError& error);

  private:
    class Core;
    std::unique_ptr<Core> core_;
};

}  // namespace sluice::gateway
