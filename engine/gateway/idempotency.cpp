#include "gateway/idempotency.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/json_record.hpp"
#include "gateway/text_rule.hpp"

namespace sluice::gateway {
namespace {

constexpr std::size_t kIdempotencyKeyBytesMax = 255;
constexpr std::size_t kUsualRequestBytes = 512;

constexpr db::Statement kInsertKey{
    "gateway_insert_key",
    "INSERT INTO sluice.idempotency_key (merchant_id, key, request_hash, object_id) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT (merchant_id, key) DO NOTHING"
};
constexpr db::Statement kSelectKey{
    "gateway_select_key",
    "SELECT request_hash, object_id FROM sluice.idempotency_key WHERE merchant_id = $1 AND key = $2"
};

/// As to_json() prints it, but members in the order of their names: the same at every spelling.
void append_sorted(std::string& out, const Value& value) {
    char separator = '[';
    if (const ValueObject* members = value.as_object()) {
        std::vector<const ValueMember*> sorted;
        sorted.reserve(members->size());
        for (const ValueMember& member : *members) {
            sorted.push_back(&member);
        }
        std::ranges::sort(sorted, {}, [](const auto* member) -> auto& { return member->first; });
        JsonRecord record(out);
        for (const ValueMember* member : sorted) {
            record.begin(member->first);
            append_sorted(out, member->second);
        }
        record.end();
    } else if (const ValueArray* elements = value.as_array(); elements && !elements->empty()) {
        for (const Value& element : *elements) {
            out.push_back(std::exchange(separator, ','));
            append_sorted(out, element);
        }
        out.push_back(']');
    } else {
        append_json(out, value);
    }
}

}  // namespace

std::expected<std::string, Problem> read_idempotency_key(const http::Request& request) {
    const std::string* key = request.headers.find("Idempotency-Key");
    if (key == nullptr) {
        return std::string();
    }
    const bool printable = std::ranges::all_of(*key, [](char c) { return c >= 0x20 && c < 0x7f; });
    if (key->empty() || key->size() > kIdempotencyKeyBytesMax || !printable) {
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
    std::string text;
    text.reserve(kUsualRequestBytes);
    text.append(address).push_back('\n');
    append_sorted(text, body);
    return hash128(text);
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
    SLUICE_ASSIGN(const auto known, find_key(connection, claim.merchant_id, claim.key));
    if (known && known->request_hash == as_uuid(claim.request_hash)) {
        return {};
    }
    return fail(key_reused(claim.key));
}

Result<std::optional<KnownKey>> find_key(
    db::Connection& connection, std::string_view merchant_id, std::string_view key
) {
    SLUICE_ASSIGN(const db::Rows rows, connection.execute(kSelectKey, {merchant_id, key}));
    if (rows.empty()) {
        return std::nullopt;
    }
    return KnownKey{rows[0].uuid(0), rows[0].uuid(1)};
}

Error key_reused(std::string_view key) {
    return {
        ErrorCode::conflict,
        "Idempotency-Key '" + show_bytes(key) + "' was used before with another body",
        "idempotency_key"
    };
}

Error number_reused(std::string_view member, std::string_view number) {
    return {
        ErrorCode::conflict,
        std::string(member) + " " + show(Value(number)) + " was used before with another body",
        std::string(member)
    };
}

}  // namespace sluice::gateway
