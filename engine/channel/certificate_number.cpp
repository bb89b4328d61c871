#include "channel/certificate_number.hpp"

#include <algorithm>
#include <vector>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "channel/crypto.hpp"
#include "channel/crypto_native.hpp"

namespace sluice::channel {
namespace {

/// RSA with any digest: what the object identifiers 1.2.840.113549.1.1.* stand for.
constexpr std::string_view kRsaSignatures = "1.2.840.113549.1.1";

std::vector<CertificatePtr> certificates_in(std::string_view pem) {
    std::vector<CertificatePtr> all;
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    while (bio != nullptr) {
        CertificatePtr one(PEM_read_bio_X509(bio.get(), nullptr, no_pass_phrase, nullptr));
        if (!one) {
            break;
        }
        all.push_back(std::move(one));
    }
    ERR_clear_error();
    return all;
}

std::string text_of(const ASN1_STRING* value) {
    unsigned char* bytes = nullptr;
    const int size = ASN1_STRING_to_UTF8(&bytes, value);
    if (size < 0) {
        return {};
    }
    std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
    return text;
}

/// "CN=...,OU=...,O=...,C=CN": as the certificate has them, the last one first.
std::string issuer_of(const X509* certificate) {
    const X509_NAME* name = X509_get_issuer_name(certificate);
    std::string issuer;
    for (int i = X509_NAME_entry_count(name) - 1; i >= 0; --i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
        const int kind = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        issuer += (issuer.empty() ? "" : ",") + std::string(OBJ_nid2sn(kind)) + "=" +
                  text_of(X509_NAME_ENTRY_get_data(entry));
    }
    return issuer;
}

std::string decimal_serial_of(const X509* certificate) {
    const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr)
    );
    char* decimal = BN_bn2dec(number.get());
    std::string serial(decimal);
    OPENSSL_free(decimal);
    return serial;
}

std::string number_of(const X509* certificate) {
    const std::string issuer = issuer_of(certificate);
    const std::string serial = decimal_serial_of(certificate);
    return certificate_number_of({.issuer = issuer, .serial = serial});
}

bool is_signed_with_rsa(const X509* certificate) {
    const X509_ALGOR* algorithm = X509_get0_tbs_sigalg(certificate);
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    std::string text(80, '\0');
    const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    text.resize(size > 0 ? std::min<std::size_t>(static_cast<std::size_t>(size), 79) : 0);
    return text.starts_with(kRsaSignatures);
}

}  // namespace

Result<void> check_certificates(std::string_view pem) {
    constexpr std::string_view kBlock = "-----BEGIN ";
    std::size_t blocks = 0;
    for (std::size_t at = pem.find(kBlock); at != std::string_view::npos;
         at = pem.find(kBlock, at + kBlock.size())) {
        ++blocks;
    }
    const std::size_t readable = certificates_in(pem).size();
    if (readable == 0 || readable != blocks) {
        return fail(
            ErrorCode::invalid,
            "has " + std::to_string(blocks) + " PEM blocks, of which " + std::to_string(readable) +
                " are readable certificates, wanted certificates and nothing else"
        );
    }
    return {};
}

Result<std::string> certificate_number(std::string_view pem) {
    const auto all = certificates_in(pem);
    if (all.empty()) {
        return fail(ErrorCode::invalid, "the certificate is not readable PEM, wanted X.509");
    }
    return number_of(all.front().get());
}

Result<std::string> root_certificate_number(std::string_view pem) {
    std::string joined;
    for (const CertificatePtr& certificate : certificates_in(pem)) {
        if (is_signed_with_rsa(certificate.get())) {
            joined += (joined.empty() ? "" : "_") + number_of(certificate.get());
        }
    }
    if (joined.empty()) {
        return fail(ErrorCode::invalid, "the file has no X.509 certificate signed with RSA");
    }
    return joined;
}

std::string certificate_number_of(const CertificateName& name) {
    return md5_hex(std::string(name.issuer) + std::string(name.serial));
}

}  // namespace sluice::channel
