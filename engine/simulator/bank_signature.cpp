#include "simulator/bank_signature.hpp"

#include <algorithm>

#include "channel/crypto.hpp"
#include "simulator/misbehaviour.hpp"
#include "simulator/signed_time.hpp"

namespace sluice::simulator {

namespace {

constexpr std::chrono::minutes kNonceLifetime{10};
constexpr std::size_t kBankNonceMin = 16;
constexpr std::size_t kBankNonceMax = 64;

std::unexpected<ApiError> unauthorized(std::string_view code, std::string message) {
    return refuse(401, code, std::move(message));
}

bool is_nonce(std::string_view text) {
    return text.size() >= kBankNonceMin && text.size() <= kBankNonceMax &&
           std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
           });
}

bool is_same(std::string_view a, std::string_view b) {
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        difference |= static_cast<unsigned>(a[i] ^ b[i]);
    }
    return difference == 0;
}

}  // namespace

std::string bank_signature(const Secret<std::string>& key, const BankSigned& text) {
    std::string message;
    const std::string digest = channel::sha256_hex(text.body);
    for (const std::string_view line :
         {text.first, text.second, text.timestamp, text.nonce, std::string_view(digest)}) {
        message.append(line).append("\n");
    }
    return channel::hmac_sha256_hex(key, message);
}

void add_bank_signature(
    World& world, http::Headers& headers, std::string_view body, const BankSealing& sealing
) {
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(world.now().time_since_epoch()).count();
    const std::string timestamp = std::to_string(seconds);
    const std::string nonce = world.nonces.token(32);
    std::string signature = bank_signature(
        world.bank_keys.newest(sealing.account->account),
        {.first = sealing.first,
         .second = sealing.second,
         .timestamp = timestamp,
         .nonce = nonce,
         .body = body}
    );
    if (sealing.quality == SignatureQuality::wrong) {
        signature = another_number(std::move(signature));
    }
    headers.add({"Bank-Account", sealing.account->account});
    headers.add({"Bank-Timestamp", timestamp});
    headers.add({"Bank-Nonce", nonce});
    headers.add({"Bank-Signature", std::move(signature)});
}

ApiResult<const BankAccount*> BankGate::authenticate(const http::Request& request) {
    const std::string_view name = request.headers.get_or_empty("Bank-Account");
    const std::string_view timestamp = request.headers.get_or_empty("Bank-Timestamp");
    const std::string_view nonce = request.headers.get_or_empty("Bank-Nonce");
    const std::string_view signature = request.headers.get_or_empty("Bank-Signature");
    if (name.empty() || timestamp.empty() || signature.empty() || !is_nonce(nonce)) {
        return unauthorized(
            "SIGNATURE_INVALID",
            "Bank-Account, Bank-Timestamp, Bank-Nonce (16 to 64 letters and digits) or "
            "Bank-Signature is missing or malformed"
        );
    }
    const BankAccount* account = world_.bank.find(name);
    if (account == nullptr) {
        return unauthorized("SIGNATURE_INVALID", "the account is unknown");
    }
    const Time now = world_.now();
    if (!is_within_skew(timestamp, now)) {
        return unauthorized("SIGNATURE_INVALID", "the timestamp is more than five minutes off");
    }
    const BankSigned signed_text{
        .first = request.method,
        .second = request.target,
        .timestamp = timestamp,
        .nonce = nonce,
        .body = request.body
    };
    const auto keys = world_.bank_keys.all(account->account);
    const bool is_right = std::ranges::any_of(keys, [&](const Secret<std::string>& key) {
        return is_same(signature, bank_signature(key, signed_text));
    });
    if (!is_right) {
        return unauthorized("SIGNATURE_INVALID", "the signature value is wrong");
    }
    if (!is_new({account->account, std::string(nonce)}, now)) {
        return unauthorized("NONCE_USED", "the nonce was used before");
    }
    return account;
}

bool BankGate::is_new(AccountAndNonce nonce, Time now) {
    const MutexLock lock(mutex_);
    while (!by_age_.empty() && by_age_.front().first + kNonceLifetime < now) {
        seen_.erase(by_age_.front().second);
        by_age_.pop_front();
    }
    if (!seen_.insert(nonce).second) {
        return false;
    }
    by_age_.emplace_back(now, std::move(nonce));
    return true;
}

}  // namespace sluice::simulator
