#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "channel/adapter_host.hpp"
#include "channel/registry.hpp"
#include "core/clock.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace sluice::channel {

/// What an account could pay out now, as the channel itself tells it: a picture of a moment, for
/// people. Nothing is decided by it.
struct AccountBalance {
    Money available;
    Time as_of;  ///< the channel's own time of it
};

/// In an error's context: the channel tells nobody what is on an account.
inline constexpr std::string_view kBalanceNotTold = "balance_not_told";

/// The question for what is on an account at its channel. Moves no money, keeps nothing. One thread
/// at a time.
class BalanceQuestion {
  public:
    struct Parts {
        AdapterPtr adapter;
        ChannelAccount account;
        Moment moment;
    };
    /// `conflict` with kBalanceNotTold when the adapter has no such question; `script` and
    /// `invalid` when none can be built for the account.
    static Result<BalanceQuestion> make(Parts parts);

    [[nodiscard]] const http::ClientRequest& request() const { return request_; }
    /// `unavailable` with the channel's word, or ours, for whatever proves nothing: no answer, one
    /// that nobody signed, a refusal. Nothing in it has a secret of the account.
    [[nodiscard]] Result<AccountBalance> read(const http::ClientResult& result);

  private:
    explicit BalanceQuestion(Parts parts)
        : parts_(std::move(parts)), host_(std::make_unique<AdapterHost>(parts_.adapter)) {}
    Result<AccountBalance> read_answer(const http::Response& answer);
    [[nodiscard]] std::unexpected<Error> not_known(std::string_view code) const;

    Parts parts_;
    std::unique_ptr<AdapterHost> host_;
    http::ClientRequest request_;
};

}  // namespace sluice::channel
