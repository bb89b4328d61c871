#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace sluice::channel {

/// How Alipay names a certificate: MD5, lower-case hexadecimal, of the issuer's parts from the last
/// to the first ("CN=...,OU=...,O=...,C=CN") followed by the serial number in decimal. `invalid`
/// when the PEM holds no certificate.
Result<std::string> certificate_number(std::string_view pem);

/// The same of every certificate in a file of roots that is signed with RSA, joined by '_'.
/// `invalid` when there is none.
Result<std::string> root_certificate_number(std::string_view pem);

/// Whether the text is one PEM certificate or more, and no other PEM block. `invalid` counts them
/// and repeats nothing of the text.
Result<void> check_certificates(std::string_view pem);

/// What is hashed, for those who have the parts only.
struct CertificateName {
    std::string_view issuer;  ///< "CN=...,OU=...,O=...,C=CN"
    std::string_view serial;  ///< decimal
};
[[nodiscard]] std::string certificate_number_of(const CertificateName& name);

}  // namespace sluice::channel
