#pragma once

#include <string>
#include <vector>

#include "channel/adapter_host.hpp"
#include "channel/registry.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace sluice::channel {

/// Whether a channel account works: harmless questions to the channel, the query of a number that
/// nobody has, once at each address where scenes of the account ask. Who answers them all has our
/// keys right; we have its keys right where it signs such answers (WeChat Pay signs no 404). Moves
/// no money, keeps nothing. One thread at a time.
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

    /// The question to ask now.
    [[nodiscard]] const http::ClientRequest& request() const { return questions_[next_].request; }

    struct Verdict {
        bool works = false;
        payment::Outcome outcome;  ///< nothing in it has a secret of the account
        int http_status = 0;       ///< 0: no answer
    };
    /// What the answer to request() says. What works so far may have more questions.
    [[nodiscard]] Verdict read(const http::ClientResult& result);
    /// Turns to the next question; whether there is one.
    bool go_on() { return ++next_ < questions_.size(); }

  private:
    struct Question {
        ExchangeOrder order;
        http::ClientRequest request;
    };

    explicit AccountTrial(Parts parts)
        : parts_(std::move(parts)), host_(std::make_unique<AdapterHost>(parts_.adapter)) {}
    Result<Question> ask_about(payment::Instruction instruction, payment::Operation operation);

    Parts parts_;
    std::unique_ptr<AdapterHost> host_;
    std::vector<Question> questions_;
    std::size_t next_ = 0;
};

}  // namespace sluice::channel
