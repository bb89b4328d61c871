#include "app/sealing_wiring.hpp"

namespace sluice::app {

Result<channel::SealingKeys> sealing_keys(const config::Settings& settings) {
    const config::SecretsSettings& secrets = settings.secrets;
    if (secrets.master_key.reveal().empty()) {
        return fail(
            ErrorCode::invalid,
            "secrets.master_key_file is missing, wanted a file with the master key (sluice secrets "
            "new-key FILE makes one), or SLUICE_MASTER_KEY"
        );
    }
    auto keys = channel::SealingKeys::make(secrets.master_key, secrets.old_master_keys);
    if (!keys) {
        return fail(ErrorCode::invalid, "secrets: " + keys.error().message);
    }
    return keys;
}

}  // namespace sluice::app
