// Whatever WeChat Pay and Alipay answer when they are asked where a bill lies, in the clear or
// encrypted: only a signed answer leads to a file or to believing that there is none, only to a
// host of the channel over TLS, and only the file whose hash was told is read as the bill.
#include <algorithm>
#include <cctype>

#include "channel/bill_download.hpp"
#include "channel/crypto.hpp"
#include "channel/pack.hpp"
#include "channels/alipay_world.hpp"
#include "channels/recorded_file.hpp"
#include "channels/wechatpay_world.hpp"
#include "core/invariant.hpp"
#include "fuzz/alipay_seal.hpp"
#include "fuzz/reach.hpp"
#include "fuzz/recorded_message.hpp"
#include "json/json.hpp"

namespace {

namespace world = sluice::channel::testing;
using sluice::channel::BillDownload;
using sluice::channel::BillState;
using sluice::channel::RegistryPtr;
using sluice::fuzz::RecordedMessage;
using sluice::http::Response;

constexpr const char* kWechatPlace = "a place at WeChat Pay";
constexpr const char* kWechatBill = "a bill of WeChat Pay";
constexpr const char* kWechatNothing = "that WeChat Pay has none";
constexpr const char* kAlipayPlace = "a place at Alipay";
constexpr const char* kAlipayNothing = "that Alipay has none";
constexpr const char* kSealedPlace = "an encrypted place at Alipay";
constexpr const char* kSealedNothing = "that Alipay has none, encrypted";
constexpr const char* kBillRoot = "alipay_data_dataservice_bill_downloadurl_query_response";
constexpr std::size_t kLines = 2;

/// An account whose bills are asked for, and how its readers are called.
struct Asker {
    std::string channel;
    RegistryPtr registry;
    const char* place;
    const char* nothing;

    [[nodiscard]] const sluice::channel::ChannelAccount& account() const {
        return *registry->find_account({channel, "main"});
    }
    [[nodiscard]] BillDownload ask(const std::string& kind) const {
        static const sluice::ManualClock kClock{world::test_now()};
        return BillDownload::make(
                   {registry->find_adapter(channel), account(), kClock}, {kind, "2026-01-01"}, "one"
        )
            .value();
    }
};

/// Asks, hands the answer in and checks what is made of it; the download when it goes on.
std::optional<BillDownload> follow(
    const Asker& asker, const std::string& kind, const Response& answer, bool is_believable
) {
    BillDownload download = asker.ask(kind);
    const auto said = download.take(answer, "two");
    if (said) {
        SLUICE_INVARIANT(said->state != BillState::found);
        SLUICE_INVARIANT(said->state != BillState::empty || is_believable);
        SLUICE_INVARIANT(answer.status < 500 || said->state == BillState::unknown);
        if (said->state == BillState::empty) {
            sluice::fuzz::reached(asker.nothing);
        }
        return std::nullopt;
    }
    SLUICE_INVARIANT(is_believable && answer.status == 200);
    SLUICE_INVARIANT(download.request().method == "GET");
    SLUICE_INVARIANT(download.request().url.starts_with("https://"));
    SLUICE_INVARIANT(asker.account().check_url(download.request().url).has_value());
    sluice::fuzz::reached(asker.place);
    return download;
}

bool is_hash_of(std::string_view told, std::string_view content) {
    return std::ranges::equal(told, sluice::channel::sha1_hex(content), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
    });
}

/// WeChat Pay's refusals carry no signature; its places have a hash.
void answer_of_wechatpay(const RecordedMessage& message, const std::string& kind) {
    static const Asker kAsker{
        "wechatpay",
        world::wechatpay_registry(world::wechatpay_account()),
        kWechatPlace,
        kWechatNothing
    };
    static const std::string kDay = world::source_text("tests/channels/bills/wechatpay_trade.csv");
    const bool is_refusal = message.status != 200;
    for (const char* signature : {"good", "wrong"}) {
        const Response answer{
            message.status, world::signature_headers(signature, message.body), message.body
        };
        const bool is_good = signature == std::string_view("good");
        auto download = follow(kAsker, kind, answer, is_good || is_refusal);
        if (!download) {
            continue;
        }
        const auto told = sluice::json::parse(message.body);
        const auto bill =
            download->take(Response{200, {}, sluice::channel::gzipped(kDay)}, "three");
        SLUICE_INVARIANT(bill.has_value());
        const std::string_view hash = told->text_or_empty("hash_value");
        const bool is_found = bill->state == BillState::found;
        SLUICE_INVARIANT(!is_found || is_hash_of(hash, kDay));
        if (is_found && bill->bill.lines.size() == kLines) {
            sluice::fuzz::reached(kWechatBill);
        }
    }
}

/// What an application at Alipay is told, signed well and not. True when it went on to the bill.
bool told_by_alipay(const Asker& asker, const RecordedMessage& message, const std::string& node) {
    static const std::string kFile = sluice::channel::zipped(
        {{"a.csv", world::source_text("tests/channels/bills/alipay_trade_gbk.csv")}}
    );
    bool is_read = false;
    for (const char* signature : {"good", "wrong"}) {
        const Response answer{message.status, {}, world::signed_node({kBillRoot, node, signature})};
        const bool is_good = signature == std::string_view("good");
        auto download = follow(asker, "trade", answer, is_good);
        if (download) {
            const auto bill = download->take(Response{200, {}, kFile}, "three");
            SLUICE_INVARIANT(bill && bill->state == BillState::found);
            SLUICE_INVARIANT(bill->bill.lines.size() == kLines);
            is_read = true;
        }
    }
    return is_read;
}

/// Encrypted it leads to the same place as in the clear.
void answer_of_alipay(const RecordedMessage& message) {
    static const Asker kClear{
        "alipay", world::alipay_registry(world::alipay_account()), kAlipayPlace, kAlipayNothing
    };
    static const Asker kSealing{
        "alipay",
        world::alipay_registry(world::sealing_alipay_account()),
        kSealedPlace,
        kSealedNothing
    };
    const sluice::Value* told = message.content.find("node");
    const std::string node = told == nullptr ? message.body : world::body_of(told);
    const bool is_read = told_by_alipay(kClear, message, node);
    const bool is_read_sealed = told_by_alipay(kSealing, message, world::sealed_node(node));
    const bool is_record = told != nullptr && told->as_object() != nullptr;
    SLUICE_INVARIANT(!is_record || is_read == is_read_sealed);
}

}  // namespace

std::vector<std::string> sluice::fuzz::readers() {
    return {
        kWechatPlace,
        kWechatBill,
        kWechatNothing,
        kAlipayPlace,
        kAlipayNothing,
        kSealedPlace,
        kSealedNothing
    };
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const RecordedMessage message = sluice::fuzz::read_recorded(data, size);
    const auto recorded = sluice::json::parse(text);
    const std::string_view operation = recorded ? recorded->text_or_empty("operation") : "";
    // What is no record any more may be the answer of either.
    if (operation != "alipay_bill") {
        answer_of_wechatpay(message, operation == "wechatpay_funds" ? "funds" : "trade");
    }
    if (!operation.starts_with("wechatpay_")) {
        answer_of_alipay(message);
    }
    return 0;
}
