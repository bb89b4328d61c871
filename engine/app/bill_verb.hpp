#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "channel/account_store.hpp"
#include "channel/bill_download.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "http/egress.hpp"

namespace sluice::app {

/// `sluice bill --config FILE CHANNEL ACCOUNT KIND DAY`: fetches what a channel billed one of our
/// accounts for a day, and prints it, a JSON record a line. 0 when every line was read, or the
/// channel says that nothing happened; else 1, or 2 for what is no such command.
int bill(std::span<const std::string> args);

/// Which bill of which account.
struct BillWish {
    std::string channel;
    std::string account;
    channel::BillDownload::Wanted wanted;
};
struct BillParts {
    channel::AccountStore& store;
    std::filesystem::path channels;  ///< the adapters' folder
    const Clock& clock;
    http::Proxy proxy = {};  ///< of accounts that name none
};
/// Asks the channel as the account, and fetches the file that it names. `not_found`: there is no
/// such account; `invalid`: no such kind of bills, no such day. Changes nothing; blocks on the
/// database and the network.
Result<channel::BillAnswer> fetch_bill(const BillParts& parts, const BillWish& wish);

/// The line as one JSON record: our names, amounts in minor units.
[[nodiscard]] std::string describe(const channel::BillLine& line);

}  // namespace sluice::app
