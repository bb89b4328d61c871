#include "support/sealing.hpp"

#include <string>

namespace sluice::testing {

const channel::SealingKeys& test_sealing_keys() {
    static const channel::SealingKeys kKeys =
        channel::SealingKeys::make(Secret<std::string>(std::string(64, '7'))).value();
    return kKeys;
}

}  // namespace sluice::testing
