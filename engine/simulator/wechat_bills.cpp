#include "simulator/wechat_bills.hpp"

#include <algorithm>

#include "channel/crypto.hpp"
#include "channel/pack.hpp"
#include "simulator/beijing.hpp"
#include "simulator/wechat_bill_file.hpp"

namespace sluice::simulator {

namespace {

constexpr std::string_view kTradeBill = "/v3/bill/tradebill";
constexpr std::string_view kFile = "/v3/billdownload/file";
constexpr std::size_t kKeptMax = 16;
constexpr std::size_t kTokenLength = 32;

struct Day {
    Time from;
    Time to;  ///< not included
};

/// "2026-01-01", as it is counted in Beijing.
std::optional<Day> day_of(const std::string& text) {
    const auto begin = parse_rfc3339(text + "T00:00:00+08:00");
    if (!begin) {
        return std::nullopt;
    }
    return Day{*begin, *begin + std::chrono::days(1)};
}

ApiError nothing_that_day() {
    return {
        .status = 400,
        .code = "NO_STATEMENT_EXIST",
        .message = "there was no transaction that day",
        .field = {}
    };
}

std::string asked(const http::Request& request, std::string_view name) {
    return http::query_parameter(request, name).value_or("");
}

}  // namespace

http::Response WechatBills::answer(const http::Request& request) {
    if (request.method != "GET") {
        return bare_answer(405);
    }
    if (request.path == kTradeBill) {
        return tell_place(request);
    }
    return request.path == kFile ? give_file(request) : bare_answer(404);
}

http::Response WechatBills::tell_place(const http::Request& request) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const std::string text = asked(request, "bill_date");
    const auto day = day_of(text);
    if (!day || day->from > world_.now()) {
        return refusal_answer(parameter_error("bill_date", text, "no day that has begun").error());
    }
    if (const std::string type = asked(request, "bill_type"); type != "ALL") {
        return refusal_answer(parameter_error("bill_type", type, "only ALL is here").error());
    }
    if (const std::string type = asked(request, "tar_type"); type != "GZIP") {
        return refusal_answer(parameter_error("tar_type", type, "only GZIP is here").error());
    }
    const std::string& mchid = caller->merchant->mchid;
    WechatDay what{.paid = world_.books.paid(mchid, day->from, day->to), .refunds = {}};
    for (const Refund& refund : world_.refunds.accepted(mchid, day->from, day->to)) {
        if (const auto order = world_.books.find(refund.order, world_.now())) {
            what.refunds.push_back({refund, *order});
        }
    }
    if (what.paid.empty() && what.refunds.empty()) {
        return refusal_answer(nothing_that_day());
    }
    const std::string file = wechat_trade_bill(what);
    const std::string hash = channel::sha1_hex(file);
    const std::string host(request.headers.get_or_empty("host"));
    const Value place(ValueObject{
        {"download_url", "http://" + host + keep(mchid, file)},
        {"hash_type", "SHA1"},
        {"hash_value", hash}
    });
    return exchange_.signed_answer(
        {.caller = *caller, .address = {}}, place, SignatureQuality::right
    );
}

std::string WechatBills::keep(std::string owner, std::string file) {
    const MutexLock lock(mutex_);
    kept_.push_back({world_.nonces.token(kTokenLength), std::move(owner), std::move(file)});
    if (kept_.size() > kKeptMax) {
        kept_.pop_front();
    }
    return std::string(kFile) + "?token=" + kept_.back().token;
}

/// Unsigned, as on the real channel: the hash vouches for it.
http::Response WechatBills::give_file(const http::Request& request) {
    const auto caller = exchange_.caller_of(request);
    if (!caller) {
        return refusal_answer(caller.error());
    }
    const std::string token = asked(request, "token");
    const MutexLock lock(mutex_);
    const auto found = std::ranges::find(kept_, token, &Kept::token);
    if (found == kept_.end() || found->mchid != caller->merchant->mchid) {
        return bare_answer(404);
    }
    return {
        .status = 200,
        .headers = {{"Content-Type", "application/x-gzip"}},
        .body = channel::gzipped(found->file)
    };
}

}  // namespace sluice::simulator
