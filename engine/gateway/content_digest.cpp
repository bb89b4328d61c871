#include "gateway/content_digest.hpp"

#include <array>
#include <string>
#include <string_view>

#include "channel/crypto.hpp"
#include "gateway/signature_base.hpp"
#include "gateway/structured_field.hpp"

namespace sluice::gateway {
namespace {

struct Algorithm {
    std::string_view name;
    std::string (*digest)(std::string_view);
};
constexpr std::array<Algorithm, 2> kAlgorithms{{
    {"sha-256", channel::sha256},
    {"sha-512", channel::sha512},
}};

Result<void> check_member(
    const structured::Member& member, const Algorithm& algorithm, std::string_view body
) {
    const std::string name = "Content-Digest " + member.key;
    const auto* item = std::get_if<structured::Item>(&member.value);
    const auto* given = item == nullptr ? nullptr : std::get_if<structured::Bytes>(&item->value);
    if (given == nullptr) {
        return fail(ErrorCode::invalid, name + " is no byte sequence, wanted :base64:");
    }
    if (given->bytes != algorithm.digest(body)) {
        return fail(
            ErrorCode::refused,
            name + " is of another body than the one received, which has " +
                std::to_string(body.size()) + " bytes"
        );
    }
    return {};
}

}  // namespace

Result<void> check_content_digest(const http::Request& request) {
    const auto field = combined_field(request, "Content-Digest");
    if (!field) {
        return fail(ErrorCode::invalid, "Content-Digest is missing, wanted sha-256 or sha-512");
    }
    const auto digests = structured::parse_dictionary(*field);
    if (!digests) {
        return fail(ErrorCode::invalid, "Content-Digest " + digests.error().message);
    }
    bool is_checked = false;
    for (const Algorithm& algorithm : kAlgorithms) {
        if (const auto* member = structured::find(*digests, algorithm.name)) {
            SLUICE_TRY(check_member(*member, algorithm, request.body));
            is_checked = true;
        }
    }
    if (!is_checked) {
        return fail(
            ErrorCode::invalid,
            "Content-Digest has no algorithm known here, wanted sha-256 or "
            "sha-512"
        );
    }
    return {};
}

}  // namespace sluice::gateway
