#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/adapter.hpp"
#include "channel/contract.hpp"
#include "channel/credentials.hpp"
#include "channel/payout_many.hpp"
#include "channel/script_api.hpp"
#include "lua/vm.hpp"

namespace sluice::channel {

/// What a pure function may not find out by itself. The nonce is fresh for every call.
struct Moment {
    Time now;
    std::string nonce;
};

/// Runs one adapter: its functions turn an instruction into a request and an answer into an
/// outcome. Used by one thread at a time; all that calls share is frozen, so nothing
/// passes from one exchange to the next. It does no I/O.
class AdapterHost {
  public:
    explicit AdapterHost(AdapterPtr adapter, MissedKey missed_key = {}, UsedKey used_key = {});

    /// Whether it is this adapter, and not one that a reload has replaced.
    [[nodiscard]] bool runs(const AdapterPtr& adapter) const { return adapter_ == adapter; }

    /// Whether the adapter declares that it can do this: `invalid` with the context "capabilities".
    [[nodiscard]] Result<void> check_order(const ExchangeOrder& order) const;

    /// `script` for the author's mistakes, `invalid` for a request outside the contract or an
    /// order outside the declared capabilities or a payer or payee that the form does not take.
    /// Nothing is sent.
    Result<http::ClientRequest> build(
        const ExchangeOrder& order, const ChannelAccount& account, const Moment& moment
    );

    /// What the payer takes to the channel, when the scene is one of which nothing is sent; nullopt
    /// when there is something to build and send. Fails as build() does.
    Result<std::optional<payment::Outcome>> hand_over(
        const ExchangeOrder& order, const ChannelAccount& account, const Moment& moment
    );

    struct Answered {
        const ExchangeOrder& order;
        const http::Response& answer;
    };
    /// Never fails: what cannot be understood is `unknown`, and so is every 5xx.
    payment::Outcome read(
        const Answered& answered, const ChannelAccount& account, const Moment& moment
    );

    /// Of an adapter that pays many. Fails as build() does, for one of them too: then nothing is
    /// sent, and each alone may be fine.
    Result<http::ClientRequest> build_many(
        const PayoutMany& many, const ChannelAccount& account, const Moment& moment
    );
    struct ManyAnswered {
        const PayoutMany& many;
        const http::Response& answer;
    };
    /// One outcome for each payout, in their order; as read().
    std::vector<payment::Outcome> read_many(
        const ManyAnswered& answered, const ChannelAccount& account, const Moment& moment
    );

    struct Message {
        const http::Headers& headers;
        std::string_view body;
    };
    /// `script` or `invalid` when the adapter itself fails: the channel should send it again.
    Result<CallbackReading> read_callback(
        const Message& message, const ChannelAccount& account, const Moment& moment
    );

    /// What is about no instruction: a function of the adapter, called with the subject, the
    /// account, the answer if there is one, and the moment.
    struct Consultation {
        std::string path;  ///< "bills.trade.request"
        const Value& subject;
        const http::Response* answer = nullptr;
    };
    /// `script` for the author's mistakes.
    Result<Value> consult(
        const Consultation& about, const ChannelAccount& account, const Moment& moment
    );

  private:
    Result<void> open();
    struct Call;
    Result<Value> run(const Call& call, const ChannelAccount& account);
    Result<Value> run_response(
        const Answered& answered, const ChannelAccount& account, const Moment& moment
    );
    [[nodiscard]] Value describe(const ExchangeOrder& order) const;
    [[nodiscard]] Value describe(const PayoutMany& many) const;
    [[nodiscard]] Value describe(const http::Response& answer) const;
    [[nodiscard]] Value describe_headers(const http::Headers& headers) const;
    [[nodiscard]] Value describe(const ChannelAccount& account) const;

    AdapterPtr adapter_;
    ScriptCalls calls_;
    std::unique_ptr<lua::Vm> vm_;
};

}  // namespace sluice::channel
