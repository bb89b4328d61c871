#include "faults/voucher_house.hpp"

#include <stdexcept>
#include <utility>

#include "channel/crypto.hpp"
#include "json/json.hpp"

namespace sluice::testing {
namespace {

const std::string kStamp = "1767225630";
const std::string kRedemptions = "/redemptions";

std::string signature(const std::string& stamp, const std::string& about, std::string_view body) {
    return channel::hmac_sha256_hex(
        Secret<std::string>(VoucherHouse::kKey),
        stamp + "\n" + about + "\n" + channel::sha256_hex(body)
    );
}

bool is_from_the_shop(const http::Request& request) {
    const std::string stamp(request.headers.get_or_empty("Voucher-Time"));
    return request.headers.get_or_empty("Voucher-Shop") == VoucherHouse::kShop &&
           request.headers.get_or_empty("Voucher-Signature") ==
               signature(stamp, request.method + " " + request.path, request.body);
}

Value refused(const char* code) { return ValueObject{{"refused", code}}; }

Value redemption(const std::string& number, std::int64_t amount) {
    return ValueObject{
        {"redemption",
         ValueObject{
             {"receipt", "R-" + number},
             {"shop", VoucherHouse::kShop},
             {"number", number},
             {"amount", amount},
             {"state", "taken"},
             {"taken_at", "2026-01-01T00:00:30Z"}
         }}
    };
}

http::Response signed_response(int status, const std::string& path, const Value& content) {
    const std::string body = to_json(content);
    return {
        status,
        {{"Voucher-Time", kStamp}, {"Voucher-Signature", signature(kStamp, path, body)}},
        body
    };
}

}  // namespace

VoucherHouse::VoucherHouse()
    : server_(std::make_unique<http::Server>(
          http::ServerSettings{},
          [this](const http::Request& request, http::Responder responder) {
              serve(request, std::move(responder));
          }
      )) {
    if (!server_->start()) {
        throw std::runtime_error("the voucher house finds no port");
    }
}

VoucherHouse::~VoucherHouse() { server_->stop(); }

std::string VoucherHouse::url() const {
    return "http://127.0.0.1:" + std::to_string(server_->port());
}

std::int64_t VoucherHouse::taken() const {
    const MutexLock lock(mutex_);
    std::int64_t sum = 0;
    for (const auto& [number, amount] : taken_) {
        sum += amount;
    }
    return sum;
}

void VoucherHouse::hold_next() {
    const MutexLock lock(mutex_);
    holds_next_ = true;
}

bool VoucherHouse::is_holding() const {
    const MutexLock lock(mutex_);
    return held_.has_value();
}

void VoucherHouse::let_go() {
    std::optional<Held> held;
    {
        const MutexLock lock(mutex_);
        held.swap(held_);
    }
    if (held) {
        held->responder.answer(std::move(held->response));
    }
}

void VoucherHouse::serve(const http::Request& request, http::Responder responder) {
    http::Response response = answer(request);
    {
        const MutexLock lock(mutex_);
        if (holds_next_ && request.path == kRedemptions) {
            holds_next_ = false;
            held_.emplace(Held{std::move(responder), std::move(response)});
            return;
        }
    }
    responder.answer(std::move(response));
}

http::Response VoucherHouse::answer(const http::Request& request) {
    if (!is_from_the_shop(request)) {
        return signed_response(401, request.path, refused("SHOP_UNKNOWN"));
    }
    const MutexLock lock(mutex_);
    if (request.method == "POST" && request.path == kRedemptions) {
        return signed_response(200, request.path, redeem(request.body));
    }
    std::string number = request.path.substr(request.path.rfind('/') + 1);
    const auto known = taken_.find(number);
    return known == taken_.end()
               ? signed_response(404, request.path, refused("REDEMPTION_UNKNOWN"))
               : signed_response(200, request.path, redemption(known->first, known->second));
}

Value VoucherHouse::redeem(const std::string& body) {
    const auto order = json::parse(body);
    if (!order || order->text_or_empty("voucher").size() != 12) {
        return refused("BAD_REQUEST");
    }
    const std::string number(order->text_or_empty("number"));
    const std::int64_t amount = order->int_or("amount", 0);
    return taken_.emplace(number, amount).second ? redemption(number, amount)
                                                 : refused("VOUCHER_SPENT");
}

}  // namespace sluice::testing
