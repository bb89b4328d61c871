// Whatever the bank answers, says unasked or writes into a statement, well signed or not: it is
// read within the laws of check_answer(), a notice that is not signed is about nothing, and neither
// a statement nor a balance is believed that the bank did not sign.
#include <array>

#include "channel/account_balance.hpp"
#include "channel/adapter_host.hpp"
#include "channel/bill_download.hpp"
#include "channel/callbacks.hpp"
#include "channels/bank_world.hpp"
#include "channels/wechatpay_world.hpp"
#include "core/invariant.hpp"
#include "fuzz/reach.hpp"
#include "fuzz/recorded_message.hpp"
#include "json/json.hpp"

namespace {

namespace world = sluice::channel::testing;
using sluice::channel::AdapterHost;
using sluice::channel::BillState;
using sluice::fuzz::RecordedMessage;
using sluice::payment::OutcomeKind;

constexpr const char* kAnswer = "an answer";
constexpr const char* kAnswerToMany = "an answer to many payouts";
constexpr const char* kNotice = "a notice";
constexpr const char* kPlace = "the place of a statement";
constexpr const char* kBalance = "a balance";
constexpr const char* kStatement = "a statement";

/// The channel's account, read once.
struct Bank {
    sluice::channel::RegistryPtr registry = world::bank_registry();
    sluice::channel::AdapterPtr adapter = registry->find_adapter("bank");
    const sluice::channel::ChannelAccount& account = *registry->find_account({"bank", "main"});
    AdapterHost host{adapter};
    sluice::ManualClock clock{world::test_now()};
    sluice::channel::Callbacks callbacks{registry, clock};
};

sluice::http::Response signed_answer(
    const RecordedMessage& message, std::string_view signature, std::string_view operation
) {
    const std::string status = std::to_string(message.status);
    return {
        message.status,
        world::bank_headers(signature, {status, world::bank_path(operation)}, message.body),
        message.body
    };
}

void answer(Bank& bank, const RecordedMessage& message) {
    const auto order = world::bank_order(*message.operation);
    for (const char* signature : {"good", "wrong"}) {
        const auto outcome = bank.host.read(
            {order, signed_answer(message, signature, to_string(order.operation))},
            bank.account,
            {world::test_now(), "nonce"}
        );
        const bool is_good = signature == std::string_view("good");
        if (sluice::fuzz::check_answer({order, outcome, message.status, is_good})) {
            sluice::fuzz::reached(kAnswer);
        }
    }
}

/// The payouts that the recorded batches are about.
sluice::channel::ExchangeOrder payout_numbered(std::string_view number) {
    auto order = world::bank_order(sluice::channel::Operation::payout);
    order.instruction.id = sluice::InstructionId(sluice::Id128::parse(number).value());
    return order;
}

/// Each payout has an outcome, about none but itself.
void answer_many(Bank& bank, const RecordedMessage& message) {
    const std::array orders{
        payout_numbered("01KDXW2E8B5F7M9Q3T6V8X0Z2A"), payout_numbered("01KDXW2E8B5F7M9Q3T6V8X0Z2B")
    };
    const sluice::channel::PayoutMany many{
        .number = "01KDXW2E8B5F7M9Q3T6V8X0ZBN", .orders = {&orders[0], &orders[1]}
    };
    for (const char* signature : {"good", "wrong"}) {
        const bool is_signed = signature == std::string_view("good");
        const auto response = signed_answer(message, signature, "payout_many");
        const auto outcomes =
            bank.host.read_many({many, response}, bank.account, {world::test_now(), "nonce"});
        SLUICE_INVARIANT(outcomes.size() == orders.size());
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            sluice::fuzz::check_answer({orders[i], outcomes[i], message.status, is_signed});
            const std::string& number = outcomes[i].number;
            SLUICE_INVARIANT(
                number.empty() || number == orders[i].instruction.id.raw().to_string()
            );
            if (is_signed && outcomes[i].kind == OutcomeKind::pending) {
                sluice::fuzz::reached(kAnswerToMany);
            }
        }
    }
}

void call_back(Bank& bank, const RecordedMessage& message) {
    const bool is_read = sluice::fuzz::check_notice([&](std::string_view signature) {
        const auto headers = world::bank_headers(
            signature, {"NOTICE", std::string(world::kBankAccount)}, message.body
        );
        return bank.callbacks.read({"bank", "main"}, {headers, message.body});
    });
    if (is_read) {
        sluice::fuzz::reached(kNotice);
    }
}

/// Whether the answer leads to a file, or to believing that there is nothing.
bool is_believed(Bank& bank, const sluice::http::Response& answer) {
    auto download = sluice::channel::BillDownload::make(
        {bank.adapter, bank.account, bank.clock},
        {"statement", std::string(world::kStatementDay)},
        "nonce"
    );
    SLUICE_INVARIANT(download.has_value());
    const auto state = download->take(answer, "nonce");
    return !state || state->state == BillState::found || state->state == BillState::empty;
}

void find_statement(Bank& bank, const RecordedMessage& message) {
    SLUICE_INVARIANT(!is_believed(bank, signed_answer(message, "wrong", "statement")));
    const bool is_good = is_believed(bank, signed_answer(message, "good", "statement"));
    SLUICE_INVARIANT(!is_good || message.status < 500);
    if (is_good) {
        sluice::fuzz::reached(kPlace);
    }
}

void tell_balance(Bank& bank, const RecordedMessage& message) {
    for (const char* signature : {"good", "wrong"}) {
        auto question = sluice::channel::BalanceQuestion::make(
            {bank.adapter, bank.account, {world::test_now(), "nonce"}}
        );
        SLUICE_INVARIANT(question.has_value());
        const auto balance = question->read(signed_answer(message, signature, "balance"));
        const bool is_signed = signature == std::string_view("good") && message.status == 200;
        SLUICE_INVARIANT(!balance || is_signed);
        if (balance) {
            sluice::fuzz::reached(kBalance);
        }
    }
}

void read_statement(const Bank& bank, std::string_view file) {
    const auto bill = sluice::channel::parse_bill(file, bank.adapter->bills.at("statement").layout);
    if (!bill) {
        return;
    }
    for (const auto& line : bill->lines) {
        SLUICE_INVARIANT(line.amount.minor() >= 0 && line.balance);
        SLUICE_INVARIANT(line.number_in_file > 0);
    }
    if (!bill->lines.empty()) {
        sluice::fuzz::reached(kStatement);
    }
    // What nothing is said about adds up, whichever way each line went.
    for (std::size_t i = 1; bill->problems.empty() && i < bill->lines.size(); ++i) {
        const std::int64_t change =
            bill->lines[i].balance->minor() - bill->lines[i - 1].balance->minor();
        const std::int64_t amount = bill->lines[i].amount.minor();
        SLUICE_INVARIANT(change == amount || change == -amount);
    }
}

}  // namespace

std::vector<std::string> sluice::fuzz::readers() {
    return {kAnswer, kAnswerToMany, kNotice, kPlace, kBalance, kStatement};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Bank bank;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read_statement(bank, text);
    const RecordedMessage message = sluice::fuzz::read_recorded(data, size);
    const auto recorded = sluice::json::parse(text);
    const std::string_view about = recorded ? recorded->text_or_empty("operation") : "";
    if (about == "statement") {
        find_statement(bank, message);
    } else if (about == "balance") {
        tell_balance(bank, message);
    } else if (about == sluice::channel::kPayoutMany) {
        answer_many(bank, message);
    } else if (!message.operation) {
        call_back(bank, message);
    } else if (purpose_of(*message.operation) != sluice::payment::Purpose::refund) {
        answer(bank, message);
    }
    return 0;
}
