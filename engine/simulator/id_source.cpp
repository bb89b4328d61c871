#include "simulator/id_source.hpp"

#include <string_view>

#include "simulator/beijing.hpp"

namespace sluice::simulator {

namespace {

std::string digits(std::uint64_t number, std::size_t width) {
    std::string text = std::to_string(number);
    return text.size() < width ? std::string(width - text.size(), '0') + text
                               : text.substr(text.size() - width);
}

/// 20260101, in Beijing.
std::string day_digits(Time now) {
    std::string day = format_rfc3339_offset(now, kBeijing).substr(0, 10);
    std::erase(day, '-');
    return day;
}

}  // namespace

std::string IdSource::transaction_id(Time now) {
    const MutexLock lock(mutex_);
    ++transactions_;
    return "4200" + digits(random_.next(), 8) + day_digits(now) + digits(transactions_, 8);
}

std::string IdSource::trade_number(Time now) {
    const MutexLock lock(mutex_);
    ++transactions_;
    return day_digits(now) + "2200" + digits(random_.next(), 8) + digits(transactions_, 8);
}

std::string IdSource::refund_id(Time now) {
    const MutexLock lock(mutex_);
    ++refunds_;
    return "50" + digits(random_.next(), 9) + day_digits(now) + digits(refunds_, 10);
}

std::string IdSource::payout_id(Time now) {
    const MutexLock lock(mutex_);
    ++payouts_;
    return "PO" + day_digits(now) + digits(random_.next(), 8) + digits(payouts_, 8);
}

std::string IdSource::collection_id(Time now) {
    const MutexLock lock(mutex_);
    ++collections_;
    return "CO" + day_digits(now) + digits(random_.next(), 8) + digits(collections_, 8);
}

std::string IdSource::uuid() {
    const MutexLock lock(mutex_);
    std::string hex = random_hex(random_, 16);
    for (const std::size_t place : {20U, 16U, 12U, 8U}) {
        hex.insert(place, "-");
    }
    return hex;
}

std::string IdSource::token(std::size_t length) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::string out;
    const MutexLock lock(mutex_);
    while (out.size() < length) {
        out.push_back(kAlphabet[random_.next() % kAlphabet.size()]);
    }
    return out;
}

unsigned IdSource::percent() {
    const MutexLock lock(mutex_);
    return static_cast<unsigned>(random_.next() % 100);
}

}  // namespace sluice::simulator
