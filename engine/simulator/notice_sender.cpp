#include "simulator/notice_sender.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "http/blocking.hpp"

namespace sluice::simulator {

namespace {

/// Seconds after a failed attempt: 15 more attempts in about a day.
constexpr std::array kLadder{
    15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600
};

constexpr std::array kAlipayLadder{240, 600, 600, 3600, 7200, 21600, 54000};

bool is_acknowledged(const http::ClientResult& answer, NoticeRules rules) {
    if (!answer) {
        return false;
    }
    if (rules == NoticeRules::alipay) {
        return answer->status == 200 && answer->body == "success";
    }
    return answer->status == 200 || answer->status == 204;
}

/// After so many attempts; nullopt when there are no more.
std::optional<int> seconds_after(std::size_t number, NoticeRules rules) {
    const std::span<const int> ladder = rules == NoticeRules::alipay
                                            ? std::span<const int>(kAlipayLadder)
                                            : std::span<const int>(kLadder);
    return number < ladder.size() ? std::optional(ladder[number]) : std::nullopt;
}

struct TruthRow {
    std::string_view name;
    CallbackTruth truth;
};

constexpr std::array kTruths{
    TruthRow{"resend", CallbackTruth::resend},
    TruthRow{"forged", CallbackTruth::forged},
    TruthRow{"wrong_amount", CallbackTruth::wrong_amount},
    TruthRow{"wrong_currency", CallbackTruth::wrong_currency},
    TruthRow{"wrong_merchant", CallbackTruth::wrong_merchant},
    TruthRow{"wrong_number", CallbackTruth::wrong_number},
    TruthRow{"bad_signature", CallbackTruth::bad_signature},
};

struct LieRow {
    FaultKind fault;
    CallbackTruth truth;
};

/// The first that is ordered is told.
constexpr std::array kLies{
    LieRow{FaultKind::wrong_amount, CallbackTruth::wrong_amount},
    LieRow{FaultKind::wrong_currency, CallbackTruth::wrong_currency},
    LieRow{FaultKind::wrong_merchant, CallbackTruth::wrong_merchant},
    LieRow{FaultKind::wrong_number, CallbackTruth::wrong_number},
    LieRow{FaultKind::forged, CallbackTruth::forged},
    LieRow{FaultKind::bad_signature, CallbackTruth::bad_signature},
};

}  // namespace

std::optional<CallbackTruth> parse_callback_truth(std::string_view text) {
    const auto found = std::ranges::find(kTruths, text, &TruthRow::name);
    return found == kTruths.end() ? std::nullopt : std::optional(found->truth);
}

CallbackTruth truth_of(const Deviation& deviation) {
    const auto found =
        std::ranges::find_if(kLies, [&](const LieRow& row) { return deviation.has(row.fault); });
    return found == kLies.end() ? CallbackTruth::resend : found->truth;
}

void NoticeSender::send(const Notice& notice, const Deviation& deviation) {
    if (deviation.has(FaultKind::missing)) {
        return;
    }
    const std::int64_t wanted = deviation.value_of(FaultKind::duplicate).value_or(1);
    const std::int64_t copies = wanted == 0 ? 2 : std::min<std::int64_t>(wanted, 100);
    const std::chrono::milliseconds delay(deviation.value_of(FaultKind::late_ms).value_or(0));
    for (std::int64_t i = 0; i < copies; ++i) {
        world_.scheduler.after(delay, [this, notice] { attempt(notice, 0); });
    }
}

int NoticeSender::send_now(const Notice& notice) {
    notice.note(Books::Delivery::sent);
    const http::ClientResult answer = http::fetch(client_, notice.build());
    if (is_acknowledged(answer, notice.rules)) {
        notice.note(Books::Delivery::acknowledged);
    }
    return answer ? answer->status : 0;
}

void NoticeSender::attempt(Notice notice, std::size_t number) {
    notice.note(Books::Delivery::sent);
    http::ClientRequest request = notice.build();
    client_.send(
        std::move(request),
        [this, number, notice = std::move(notice)](http::ClientResult answer) {
            after_attempt(notice, number, answer);
        }
    );
}

void NoticeSender::after_attempt(
    Notice notice, std::size_t number, const http::ClientResult& answer
) {
    if (is_acknowledged(answer, notice.rules)) {
        notice.note(Books::Delivery::acknowledged);
        return;
    }
    const auto seconds = seconds_after(number, notice.rules);
    if (!seconds) {
        return;
    }
    const std::chrono::microseconds pause = world_.settings.ladder_second * *seconds;
    world_.scheduler.after(pause, [this, number, notice = std::move(notice)]() mutable {
        attempt(std::move(notice), number + 1);
    });
}

}  // namespace sluice::simulator
