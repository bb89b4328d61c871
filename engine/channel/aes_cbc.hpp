#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace sluice::channel {

/// AES-128 in CBC mode with PKCS#5 padding and sixteen zero bytes before the first block: how
/// Alipay hides the content of a message. It proves nothing, a signature has to. The key is base64
/// of 16 bytes; ciphertexts are base64.

/// `invalid` for a key of another size.
Result<std::string> aes_128_cbc_encrypt(
    const Secret<std::string>& key_base64, std::string_view plaintext
);
/// `invalid` for wrong sizes or base64, `refused` when the padding does not fit (wrong key, or
/// changed).
Result<std::string> aes_128_cbc_decrypt(
    const Secret<std::string>& key_base64, std::string_view ciphertext_base64
);

}  // namespace sluice::channel
