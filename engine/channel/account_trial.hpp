#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "channel/adapter_host.hpp"
#include "channel/registry.hpp"
#include "channel/shown_keys.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace sluice::channel {

/// Whether a channel account works: harmless questions to the channel, the query of a number that
/// nobody has, once at each address where scenes of the account ask, and then, where the adapter
/// shows keys, which ones the channel signs with. Which of the account's secrets that proves hangs
/// on what the channel signs and seals, so it is told beside the verdict. Moves no money, keeps
/// nothing. One thread at a time.
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

    /// Secrets of the account, by name.
    struct Proof {
        /// What went into a question that was answered well, or bore out or opened such an answer.
        std::vector<std::string> proved;
        std::vector<std::string> not_proved;  ///< the others: they may be right or wrong
    };
    [[nodiscard]] Proof proof() const;

  private:
    using Names = std::set<std::string, std::less<>>;
    struct Question {
        std::optional<ExchangeOrder> order;  ///< nullopt: which keys it signs with
        http::ClientRequest request;
        Names keys;  ///< that went into it
    };

    explicit AccountTrial(Parts parts);
    Result<void> add_queries();
    Result<void> add_keys();
    Result<Question> ask_about(payment::Instruction instruction, payment::Operation operation);
    [[nodiscard]] Verdict read_answer(const AdapterHost::Answered& answered);
    [[nodiscard]] Verdict read_keys(const http::Response& answer);
    [[nodiscard]] bool has_one_of(const std::vector<ShownKey>& keys) const;

    Parts parts_;
    std::shared_ptr<Names> used_ =
        std::make_shared<Names>();  ///< in the call of the host that runs
    std::unique_ptr<AdapterHost> host_;
    std::vector<Question> questions_;
    std::size_t next_ = 0;
    Verdict last_good_;  ///< of the questions before
    Names proved_;
};

}  // namespace sluice::channel
