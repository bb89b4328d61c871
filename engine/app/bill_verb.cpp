#include "app/bill_verb.hpp"

#include <iostream>
#include <optional>
#include <utility>

#include "app/egress_wiring.hpp"
#include "app/reach_database.hpp"
#include "app/sealing_wiring.hpp"
#include "channel/registry.hpp"
#include "config/environment.hpp"
#include "config/settings.hpp"
#include "core/random.hpp"
#include "db/pool.hpp"
#include "http/client.hpp"

namespace sluice::app {
namespace {

constexpr const char* kBillUsage =
    "usage: sluice bill --config FILE CHANNEL ACCOUNT KIND DAY\n"
    "       for example: wechatpay wechat_main trade 2026-01-31\n"
    "                    bank bank_main statement 2026-01-31\n";
constexpr std::size_t kBillNonceBytes = 16;
constexpr std::size_t kBillArguments = 6;

int tell(const std::string& what) {
    std::cerr << "sluice bill: " << what << "\n";
    return 1;
}

Result<channel::BillAnswer> fetch_configured(const std::string& path, const BillWish& wish) {
    SLUICE_ASSIGN(const auto settings, config::load(path, config::read_environment()));
    SLUICE_ASSIGN(const auto keys, sealing_keys(settings));
    SLUICE_ASSIGN(const std::string conninfo, reach_database(settings.database));
    db::Pool pool(conninfo, {});
    channel::AccountStore store(pool, keys);
    const SystemClock clock;
    return fetch_bill({store, settings.channels, clock, node_proxy(settings.egress)}, wish);
}

int print(const channel::BillAnswer& answer) {
    for (const channel::BillLine& line : answer.bill.lines) {
        std::cout << describe(line) << "\n";
    }
    for (const std::string& problem : answer.bill.problems) {
        tell(problem);
    }
    switch (answer.state) {
        case channel::BillState::found:
            return answer.bill.problems.empty() ? 0 : 1;
        case channel::BillState::empty:
            return 0;
        case channel::BillState::not_ready:
        case channel::BillState::unknown:
        case channel::BillState::config:
            break;
    }
    return tell(
        "the bill is " + std::string(to_string(answer.state)) + ": " + answer.code + " " +
        answer.message
    );
}

}  // namespace

Result<channel::BillAnswer> fetch_bill(const BillParts& parts, const BillWish& wish) {
    SLUICE_ASSIGN(const auto stored, parts.store.find_named({wish.channel, wish.account}));
    if (!stored) {
        return fail(
            ErrorCode::not_found,
            "there is no account '" + wish.account + "' of the channel '" + wish.channel + "'"
        );
    }
    SLUICE_ASSIGN(auto settings, parts.store.open(*stored));
    SLUICE_ASSIGN(const auto files, channel::read_adapter_folder(parts.channels / wish.channel));
    SLUICE_ASSIGN(const auto adapter, channel::make_adapter(files));
    SLUICE_ASSIGN(
        const auto account, channel::ChannelAccount::make(std::move(settings), adapter->form)
    );
    SystemRandom random;
    const auto nonce = [&random] { return random_hex(random, kBillNonceBytes); };
    SLUICE_ASSIGN(
        auto download,
        channel::BillDownload::make({adapter, account, parts.clock}, wish.wanted, nonce())
    );
    http::Client client({.proxy = parts.proxy});
    std::optional<channel::BillAnswer> answer;
    while (!answer) {
        answer = download.take(http::fetch(client, download.request()), nonce());
    }
    return *std::move(answer);
}

std::string describe(const channel::BillLine& line) {
    Value shown(ValueObject{
        {"line", static_cast<std::int64_t>(line.number_in_file)},
        {"kind", to_string(line.kind)},
        {"kind_text", line.kind_text},
        {"number", line.number},
        {"reference", line.reference},
        {"refund_number", line.refund_number},
        {"refund_reference", line.refund_reference},
        {"status", line.status},
        {"amount", line.amount.minor()},
        {"currency", line.amount.currency().code()},
        {"fee_milli_minor", line.fee_milli_minor},
        {"at", format_rfc3339(line.at)},
    });
    if (line.balance) {
        shown.set("balance", line.balance->minor());
    }
    return to_json(shown);
}

int bill(std::span<const std::string> args) {
    if (args.size() != kBillArguments || args[0] != "--config") {
        std::cerr << kBillUsage;
        return 2;
    }
    const auto answer = fetch_configured(args[1], {args[2], args[3], {args[4], args[5]}});
    return answer ? print(*answer) : tell(answer.error().message);
}

}  // namespace sluice::app
