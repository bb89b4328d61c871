#include "channel/keys.hpp"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "channel/crypto_native.hpp"
#include "channel/unix_seconds.hpp"
#include "core/invariant.hpp"

namespace sluice::channel {
namespace {

constexpr int kRsaBitsMin = 2048;
constexpr int kSerialBytes = 20;

BioPtr reading_bio(std::string_view text) {
    BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    SLUICE_INVARIANT(bio != nullptr);
    return bio;
}

BioPtr writing_bio() {
    BioPtr bio(BIO_new(BIO_s_mem()));
    SLUICE_INVARIANT(bio != nullptr);
    return bio;
}

std::string text_of(const BioPtr& bio) {
    const std::size_t size = BIO_ctrl_pending(bio.get());
    std::string text(size, '\0');
    const int read = BIO_read(bio.get(), text.data(), static_cast<int>(size));
    text.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
    return text;
}

Result<KeyPtr> checked_rsa(KeyPtr key, std::string_view what) {
    ERR_clear_error();
    if (!key) {
        return fail(ErrorCode::invalid, std::string(what) + " is not readable PEM, wanted RSA");
    }
    if (EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
        return fail(ErrorCode::invalid, std::string(what) + " is no RSA key, wanted RSA");
    }
    if (const int bits = EVP_PKEY_bits(key.get()); bits < kRsaBitsMin) {
        return fail(
            ErrorCode::invalid,
            std::string(what) + " has " + std::to_string(bits) + " bits, wanted at least 2048"
        );
    }
    return key;
}

CertificatePtr read_certificate(std::string_view pem) {
    const BioPtr bio = reading_bio(pem);
    CertificatePtr certificate(PEM_read_bio_X509(bio.get(), nullptr, no_pass_phrase, nullptr));
    ERR_clear_error();
    return certificate;
}

std::string hex_serial_of(const X509* certificate) {
    const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr)
    );
    char* hex = BN_bn2hex(number.get());
    std::string serial(hex);
    OPENSSL_free(hex);
    return serial;
}

std::string public_pem(EVP_PKEY* key) {
    const BioPtr bio = writing_bio();
    SLUICE_INVARIANT(PEM_write_bio_PUBKEY(bio.get(), key) == 1);
    return text_of(bio);
}

Result<Time> time_of(const ASN1_TIME* stamp) {
    int days = 0;
    int seconds = 0;
    const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> epoch(
        ASN1_TIME_set(nullptr, 0), &ASN1_TIME_free
    );
    SLUICE_INVARIANT(epoch != nullptr);
    if (ASN1_TIME_diff(&days, &seconds, epoch.get(), stamp) != 1) {
        return fail(ErrorCode::invalid, "the certificate has no readable beginning or end");
    }
    return Time{} + std::chrono::days(days) + std::chrono::seconds(seconds);
}

void set_random_serial(X509* certificate) {
    std::string bytes(kSerialBytes, '\0');
    SLUICE_INVARIANT(RAND_bytes(bytes_of(bytes), kSerialBytes) == 1);
    // A positive number of exactly 40 hexadecimal digits.
    bytes[0] = static_cast<char>((static_cast<unsigned char>(bytes[0]) & 0x7FU) | 0x40U);
    const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
        BN_bin2bn(bytes_of(bytes), kSerialBytes, nullptr)
    );
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

}  // namespace

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
    const BioPtr bio = reading_bio(pem);
    KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr));
    SLUICE_ASSIGN(key, checked_rsa(std::move(key), "the private key"));
    return PrivateKey(std::make_shared<const Native>(Native{std::move(key)}));
}

Secret<std::string> PrivateKey::to_pem() const {
    const BioPtr bio = writing_bio();
    const int written = PEM_write_bio_PKCS8PrivateKey(
        bio.get(), native_->key.get(), nullptr, nullptr, 0, nullptr, nullptr
    );
    SLUICE_INVARIANT(written == 1);
    return Secret<std::string>(text_of(bio));
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
    KeyPtr key;
    if (const CertificatePtr certificate = read_certificate(pem)) {
        key.reset(X509_get_pubkey(certificate.get()));
    } else {
        const BioPtr bio = reading_bio(pem);
        key.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_pass_phrase, nullptr));
    }
    SLUICE_ASSIGN(key, checked_rsa(std::move(key), "the public key"));
    return PublicKey(std::make_shared<const Native>(Native{std::move(key)}));
}

std::string PublicKey::to_pem() const { return public_pem(native_->key.get()); }

RsaKeyPair make_rsa_key_pair() {
    KeyPtr key(EVP_RSA_gen(kRsaBitsMin));
    SLUICE_INVARIANT(key != nullptr);
    auto public_key = PublicKey::from_pem(public_pem(key.get()));
    SLUICE_INVARIANT(public_key.has_value());
    auto native = std::make_shared<const PrivateKey::Native>(PrivateKey::Native{std::move(key)});
    return {PrivateKey(std::move(native)), std::move(*public_key)};
}

Certificate make_self_signed_certificate(const PrivateKey& key, const CertificateOrder& order) {
    const CertificatePtr certificate(X509_new());
    SLUICE_INVARIANT(certificate != nullptr);
    X509_set_version(certificate.get(), 2);
    set_random_serial(certificate.get());
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), unix_seconds(order.valid_from));
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), unix_seconds(order.valid_until));
    X509_set_pubkey(certificate.get(), key.native().key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(
        name,
        "CN",
        MBSTRING_UTF8,
        bytes_of(std::string_view(order.common_name)),
        static_cast<int>(order.common_name.size()),
        -1,
        0
    );
    X509_set_issuer_name(certificate.get(), name);
    const int signed_size = X509_sign(certificate.get(), key.native().key.get(), EVP_sha256());
    SLUICE_INVARIANT(signed_size > 0);
    const BioPtr bio = writing_bio();
    SLUICE_INVARIANT(PEM_write_bio_X509(bio.get(), certificate.get()) == 1);
    return {text_of(bio), hex_serial_of(certificate.get())};
}

Result<std::string> certificate_serial(std::string_view pem) {
    const CertificatePtr certificate = read_certificate(pem);
    if (!certificate) {
        return fail(ErrorCode::invalid, "the certificate is not readable PEM, wanted X.509");
    }
    return hex_serial_of(certificate.get());
}

bool is_certificate_of(const PrivateKey& key, std::string_view pem) {
    const CertificatePtr certificate = read_certificate(pem);
    const bool is_its =
        certificate && X509_check_private_key(certificate.get(), key.native().key.get()) == 1;
    ERR_clear_error();
    return is_its;
}

Result<Validity> certificate_validity(std::string_view pem) {
    const CertificatePtr certificate = read_certificate(pem);
    if (!certificate) {
        return fail(ErrorCode::invalid, "the certificate is not readable PEM, wanted X.509");
    }
    SLUICE_ASSIGN(const Time from, time_of(X509_get0_notBefore(certificate.get())));
    SLUICE_ASSIGN(const Time until, time_of(X509_get0_notAfter(certificate.get())));
    return Validity{from, until};
}

Result<Time> certificate_valid_until(std::string_view pem) {
    SLUICE_ASSIGN(const Validity validity, certificate_validity(pem));
    return validity.until;
}

}  // namespace sluice::channel
