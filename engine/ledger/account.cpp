#include "ledger/account.hpp"

#include <string>

#include "core/hash.hpp"

namespace sluice::ledger {
namespace {

/// Length before text: no two keys ever give the same joined text.
void join(std::string& out, std::string_view part) {
    out.append(std::to_string(part.size())).append(1, ':').append(part);
}

}  // namespace

AccountId account_id(const AccountKey& key) {
    std::string text = "account/" + std::to_string(key.book) + "/";
    join(text, key.gl);
    join(text, key.owner);
    join(text, key.currency);
    join(text, key.dims);
    const Hash128 hash = hash128(text);
    return AccountId(Id128{hash.high, hash.low});
}

}  // namespace sluice::ledger
