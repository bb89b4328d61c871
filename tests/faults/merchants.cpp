#include "faults/merchants.hpp"

namespace sluice::testing {

std::string merchant_key(std::string_view merchant) {
    return "key-in-the-workload-of-" + std::string(merchant);
}

std::string merchant_keys() {
    std::string tables;
    for (const std::string_view merchant : kMerchants) {
        tables += "[[api_key]]\nkey = \"" + merchant_key(merchant) + "\"\nmerchant_id = \"" +
                  std::string(merchant) + "\"\n";
    }
    return tables;
}

}  // namespace sluice::testing
