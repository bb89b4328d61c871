#include "simulator/demo_keys.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include "channel/keys.hpp"
#include "core/value.hpp"

namespace sluice::simulator {

namespace {

using std::filesystem::path;

constexpr std::string_view kDemoMchid = "1900000109";
constexpr std::string_view kDemoAppid = "wxd678efh567hg6787";
constexpr std::string_view kDemoName = "Demo shop 演示商户";
constexpr std::string_view kContentKey = "ABEiM0RVZneImaq7zN3u/w==\n";
constexpr std::int64_t kOpeningBalance = 1'000'000'00;
constexpr std::int64_t kSingleLimit = 500'000'00;
constexpr std::int64_t kDailyLimit = 5'000'000'00;

Result<void> write_file(const path& file, std::string_view text) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    std::error_code ignored;
    using std::filesystem::perms;
    std::filesystem::permissions(file, perms::owner_read | perms::owner_write, ignored);
    out << text;
    out.close();
    if (!out) {
        return fail(ErrorCode::unavailable, "cannot write the file " + file.string());
    }
    return {};
}

struct NamedKey {
    std::string name;
    std::string common_name;
};

/// Writes <name>_private.pem, _public.pem, _certificate.pem, _serial.txt; gives the serial.
Result<std::string> write_key(const path& folder, const NamedKey& named, Time now) {
    const channel::RsaKeyPair pair = channel::make_rsa_key_pair();
    const channel::Certificate certificate = channel::make_self_signed_certificate(
        pair.private_key,
        {.common_name = named.common_name,
         .valid_from = now - std::chrono::days(1),
         .valid_until = now + std::chrono::days(5 * 365)}
    );
    const auto file = [&](std::string_view ending) {
        return folder / (named.name + std::string(ending));
    };
    SLUICE_TRY(write_file(file("_private.pem"), pair.private_key.to_pem().reveal()));
    SLUICE_TRY(write_file(file("_public.pem"), pair.public_key.to_pem()));
    SLUICE_TRY(write_file(file("_certificate.pem"), certificate.pem));
    SLUICE_TRY(write_file(file("_serial.txt"), certificate.serial + "\n"));
    return certificate.serial;
}

/// One application in key mode, one in certificate mode with encrypted contents.
Value demo_alipay_apps() {
    const Value with_key(ValueObject{
        {"app_id", kDemoAlipayApp},
        {"seller_id", kDemoAlipaySeller},
        {"name", kDemoName},
        {"public_key_file", "merchant_public.pem"}
    });
    const Value with_certificate(ValueObject{
        {"app_id", kDemoAlipayCertifiedApp},
        {"seller_id", kDemoAlipayCertifiedSeller},
        {"name", kDemoName},
        {"public_key_file", "merchant_public.pem"},
        {"certificate_file", "merchant_certificate.pem"},
        {"content_key_file", "alipay_content_key.txt"},
        {"transfer_balance", kOpeningBalance}
    });
    return Value(ValueArray{with_key, with_certificate});
}

std::string public_key_id(Random& random) {
    std::string id = "PUB_KEY_ID_";
    for (int i = 0; i < 32; ++i) {
        id.push_back(static_cast<char>('0' + random.next() % 10));
    }
    return id;
}

}  // namespace

Result<void> make_demo_keys(const path& folder, const Clock& clock, Random& random) {
    std::error_code error;
    if (std::filesystem::exists(folder / "merchants.json", error)) {
        return {};
    }
    std::filesystem::create_directories(folder, error);
    if (error) {
        return fail(
            ErrorCode::unavailable,
            "cannot create the folder " + folder.string() + ": " + error.message()
        );
    }
    const Time now = clock.now();
    SLUICE_ASSIGN(
        const std::string serial,
        write_key(folder, {.name = "merchant", .common_name = std::string(kDemoMchid)}, now)
    );
    SLUICE_TRY(
        write_key(folder, {.name = "platform", .common_name = "Simulated payment platform"}, now)
    );
    SLUICE_TRY(write_file(folder / "platform_public_key_id.txt", public_key_id(random) + "\n"));
    SLUICE_TRY(write_file(folder / "api_v3_key.txt", random_hex(random, 16) + "\n"));
    SLUICE_TRY(write_file(folder / "api_v2_key.txt", random_hex(random, 16) + "\n"));
    const Value merchant(ValueObject{
        {"mchid", kDemoMchid},
        {"appid", kDemoAppid},
        {"name", kDemoName},
        {"certificate_serial", serial},
        {"public_key_file", "merchant_public.pem"},
        {"api_v3_key_file", "api_v3_key.txt"},
        {"api_v2_key_file", "api_v2_key.txt"}
    });
    SLUICE_TRY(write_file(folder / "bank_key.txt", random_hex(random, 32) + "\n"));
    const Value bank_account(ValueObject{
        {"account", kDemoBankAccount},
        {"name", kDemoName},
        {"key_file", "bank_key.txt"},
        {"collection_agreement", std::string(kDemoCollectionAgreement)},
        {"opening_balance", kOpeningBalance},
        {"single_limit", kSingleLimit},
        {"daily_limit", kDailyLimit}
    });
    SLUICE_TRY(write_file(folder / "alipay_content_key.txt", kContentKey));
    const Value customers(ValueObject{
        {"merchants", ValueArray{merchant}},
        {"bank_accounts", ValueArray{bank_account}},
        {"alipay_apps", demo_alipay_apps()}
    });
    // Last: its presence says that the set is complete.
    return write_file(folder / "merchants.json", to_json(customers) + "\n");
}

}  // namespace sluice::simulator
