#include "channel/ed25519.hpp"

#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "channel/crypto_native.hpp"
#include "core/invariant.hpp"

namespace sluice::channel {

struct Ed25519PublicKey::Native {
    KeyPtr key;
};

Result<Ed25519PublicKey> Ed25519PublicKey::from_pem(std::string_view pem) {
    const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    SLUICE_INVARIANT(bio != nullptr);
    KeyPtr key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!key) {
        return fail(ErrorCode::invalid, "the public key is not readable PEM, wanted Ed25519");
    }
    if (EVP_PKEY_base_id(key.get()) != EVP_PKEY_ED25519) {
        return fail(ErrorCode::invalid, "the public key is of another kind, wanted Ed25519");
    }
    return Ed25519PublicKey(std::make_shared<const Native>(Native{std::move(key)}));
}

bool Ed25519PublicKey::has_signed(const SignedBytes& bytes) const {
    const DigestPtr context(EVP_MD_CTX_new());
    const bool is_good =
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, native_->key.get()) == 1 &&
        EVP_DigestVerify(
            context.get(),
            bytes_of(bytes.signature),
            bytes.signature.size(),
            bytes_of(bytes.message),
            bytes.message.size()
        ) == 1;
    ERR_clear_error();
    return is_good;
}

}  // namespace sluice::channel
