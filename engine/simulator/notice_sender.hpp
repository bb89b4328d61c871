#pragma once

#include <cstddef>
#include <functional>
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
    wrong_currency,  ///< correctly signed and encrypted, another currency inside
    wrong_merchant,  ///< correctly signed and encrypted, another merchant inside
    wrong_number,    ///< correctly signed and encrypted, another number inside
    bad_signature,   ///< right content, wrong signature
};
[[nodiscard]] std::optional<CallbackTruth> parse_callback_truth(std::string_view text);
/// The lie that the faults order; resend when they order none.
[[nodiscard]] CallbackTruth truth_of(const Deviation& deviation);

/// Whose rules a notice follows: when it is taken, and how long to wait after it was not.
enum class NoticeRules {
    wechat,  ///< 200 or 204; 15 more attempts
    alipay,  ///< 200 with the body "success" and nothing else; 7 more attempts
};

/// Something to tell a merchant.
struct Notice {
    std::function<http::ClientRequest()> build;  ///< freshly signed for each attempt
    std::function<void(Books::Delivery)> note;
    NoticeRules rules = NoticeRules::wechat;
};

/// Sends notices and repeats each over its channel's ladder until it is acknowledged. Any thread.
class NoticeSender {
  public:
    explicit NoticeSender(World& world) : world_(world) {}

    /// Late, several times or never, as the faults say.
    void send(const Notice& notice, const Deviation& deviation);
    /// Exactly once, now; blocks until it is answered. The HTTP status; 0 for no answer.
    int send_now(const Notice& notice);

  private:
    void attempt(Notice notice, std::size_t number);
    void after_attempt(Notice notice, std::size_t number, const http::ClientResult& answer);

    World& world_;
    // Last: while it closes it still reports to the members above.
    http::Client client_{{.idle_connections_max = 64, .thread_name = "psp-callback"}};
};

}  // namespace sluice::simulator
