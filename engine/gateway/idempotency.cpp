#include "gateway/idempotency.hpp"

#include <algorithm>
#include <optional>

#include "gateway/text_rule.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kKeyBytesMax = 255;

constexpr db::Statement kInsertKey{
    "gateway_insert_key",
    "INSERT INTO sluice.idempotency_key (merchant_id, key, request_hash, object_id) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT (merchant_id, key) DO NOTHING"
};
constexpr db::Statement kSelectKey{
    "gateway_select_key",
    "SELECT request_hash FROM sluice.idempotency_key WHERE merchant_id = $1 AND key = $2"
};

Value sorted(const Value& value) {
    if (const ValueObject* members = value.as_object()) {
        ValueObject copy;
        for (const auto& [name, member] : *members) {
            copy.emplace_back(name, sorted(member));
        }
        std::ranges::sort(copy, {}, &ValueMember::first);
        return Value(std::move(copy));
    }
    if (const ValueArray* elements = value.as_array()) {
        ValueArray copy;
        for (const Value& element : *elements) {
            copy.push_back(sorted(element));
        }
        return Value(std::move(copy));
    }
    return value;
}

}  // namespace

std::expected<std::string, Problem> read_idempotency_key(const http::Request& request) {
    const std::string* key = request.headers.find("Idempotency-Key");
    if (key == nullptr) {
        return std::string();
    }
    const bool printable = std::ranges::all_of(*key, [](char c) { return c >= 0x20 && c < 0x7f; });
    if (key->empty() || key->size() > kKeyBytesMax || !printable) {
        const std::string message = "Idempotency-Key is '" + show_bytes(*key) + "' (" +
                                    std::to_string(key->size()) +
                                    " bytes), wanted 1 to 255 printable ASCII characters";
        return std::unexpected(
            invalid_request({{FieldError::Where::header, "Idempotency-Key", message}})
        );
    }
    return *key;
}

Hash128 hash_request(std::string_view address, const Value& body) {
    return hash128(std::string(address) + "\n" + to_json(sorted(body)));
}

Result<void> claim_key(db::Connection& connection, const KeyClaim& claim) {
    SLUICE_ASSIGN(
        const db::Rows inserted,
        connection.execute(
            kInsertKey, {claim.merchant_id, claim.key, as_uuid(claim.request_hash), claim.object_id}
        )
    );
    if (inserted.affected() == 1) {
        return {};
    }
    SLUICE_ASSIGN(
        const db::Rows existing, connection.execute(kSelectKey, {claim.merchant_id, claim.key})
    );
    if (!existing.empty() && existing[0].uuid(0) == as_uuid(claim.request_hash)) {
        return {};
    }
    return fail(
        ErrorCode::conflict,
        "Idempotency-Key '" + show_bytes(claim.key) + "' was used before with another body",
        "idempotency_key"
    );
}

}  // namespace sluice::gateway
