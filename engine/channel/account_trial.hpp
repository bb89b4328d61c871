#pragma once

#include <string>
#include <vector>

#include "channel/adapter_host.hpp"
#include "channel/registry.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace sluice::channel {

/// Whether a channel account works: one harmless question to the channel, the query of a number
/// that nobody has. Who answers it, and signs the answer well, has our keys right and we have its.
/// Moves no money, keeps nothing. One thread at a time.
class AccountTrial {
  public:
    struct Parts {
        AdapterPtr adapter;
        ChannelAccount account;
        Moment moment;
        Id128 number;  ///< a fresh one
    };
    /// `invalid` when the channel knows no query, or none can be built for the account.
    static Result<AccountTrial> make(Parts parts);

    [[nodiscard]] const http::ClientRequest& request() const { return request_; }

    struct Verdict {
        bool works = false;
        payment::Outcome outcome;  ///< nothing in it has a secret of the account
        int http_status = 0;       ///< 0: no answer
    };
    [[nodiscard]] Verdict read(const http::ClientResult& result);

  private:
    explicit AccountTrial(Parts parts)
        : parts_(std::move(parts)), host_(std::make_unique<AdapterHost>(parts_.adapter)) {}

    Parts parts_;
    std::unique_ptr<AdapterHost> host_;
    ExchangeOrder order_;
    http::ClientRequest request_;
};

}  // namespace sluice::channel
