#include "channel/account_balance.hpp"

#include <utility>

#include "channel/account_settings.hpp"
#include "channel/contract.hpp"
#include "channel/evidence.hpp"
#include "core/utf8.hpp"

namespace sluice::channel {
namespace {

constexpr std::size_t kWordShown = 128;

const Value& nothing() {
    static const Value kNothing{ValueObject{}};
    return kNothing;
}

}  // namespace

Result<BalanceQuestion> BalanceQuestion::make(Parts parts) {
    if (!parts.adapter->tells_balance) {
        return fail(
            ErrorCode::conflict,
            "the channel '" + parts.adapter->name + "' does not tell what is on an account",
            std::string(kBalanceNotTold)
        );
    }
    BalanceQuestion question(std::move(parts));
    const ChannelAccount& account = question.parts_.account;
    SLUICE_ASSIGN(
        const Value value,
        question.host_->consult({"balance.request", nothing()}, account, question.parts_.moment)
    );
    SLUICE_ASSIGN(question.request_, request_from_value(value, account));
    SLUICE_TRY(account.check_url(question.request_.url));
    question.request_.connect_timeout = account.settings().timeouts.connect;
    question.request_.total_timeout = account.settings().timeouts.query;
    return question;
}

Result<AccountBalance> BalanceQuestion::read(const http::ClientResult& result) {
    if (!result) {
        return not_known(result.error().code);
    }
    auto read = read_answer(*result);
    return read || read.error().code == ErrorCode::unavailable ? std::move(read)
                                                               : not_known("adapter_failed");
}

Result<AccountBalance> BalanceQuestion::read_answer(const http::Response& answer) {
    SLUICE_ASSIGN(
        const Value told,
        host_->consult({"balance.response", nothing(), &answer}, parts_.account, parts_.moment)
    );
    const std::string_view code = told.text_or_empty("code");
    if (told.text_or_empty("kind") != "found") {
        return not_known(code.empty() ? "no_word" : code);
    }
    const Value* available = told.find("available");
    const auto as_of = parse_rfc3339(told.text_or_empty("as_of"));
    if (available == nullptr || available->as_money() == nullptr || !as_of ||
        answer.status != 200) {
        return not_known("adapter_failed");
    }
    return AccountBalance{*available->as_money(), *as_of};
}

std::unexpected<Error> BalanceQuestion::not_known(std::string_view code) const {
    const std::string word =
        without_secrets(std::string(code), secrets_of(parts_.account.settings()));
    return fail(
        ErrorCode::unavailable,
        "the balance of '" + parts_.account.name() +
            "' is not known: " + std::string(cut_text(word, kWordShown))
    );
}

}  // namespace sluice::channel
