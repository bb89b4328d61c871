#pragma once

#include <optional>
#include <string_view>

#include "http/client.hpp"
#include "simulator/books.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// How one callback differs from the truth.
enum class CallbackTruth {
    resend,          ///< nothing: the genuine one, once more
    forged,          ///< by somebody without any key: wrong signature, wrong encryption
    wrong_amount,    ///< correctly signed and encrypted, one fen more
    wrong_merchant,  ///< correctly signed and encrypted, another mchid inside
    bad_signature,   ///< right content, wrong signature
};
[[nodiscard]] std::optional<CallbackTruth> parse_callback_truth(std::string_view text);

/// Tells merchants what was paid: signed, encrypted, repeated over the channel's ladder until
/// acknowledged with 200 or 204. Any thread.
class Callbacks {
  public:
    explicit Callbacks(World& world) : world_(world) {}

    /// The channel's own course after a payment, with every fault that was ordered for callbacks.
    void announce(const Order& order);
    /// Exactly one callback, now; blocks until it is answered. The HTTP status; 0 for no answer.
    int send_now(const Order& order, CallbackTruth truth);

  private:
    struct Notice {
        Order order;
        CallbackTruth truth = CallbackTruth::resend;
        std::string id;  ///< the same over all attempts
        std::size_t attempt = 0;
    };

    http::ClientRequest build(const Notice& notice);
    void attempt(Notice notice);
    void after_attempt(Notice notice, const http::ClientResult& answer);

    World& world_;
    // Last: while it closes it still reports to the members above.
    http::Client client_{{.idle_connections_max = 64, .thread_name = "psp-callback"}};
};

}  // namespace sluice::simulator
