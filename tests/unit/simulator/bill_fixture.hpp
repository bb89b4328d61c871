#pragma once

#include <string>

#include "channel/bill_download.hpp"
#include "http/client.hpp"

namespace sluice::simulator::testing {

/// A bill, asked for, fetched over real connections and read by the adapter.
channel::BillAnswer fetched_bill(
    http::Client& client,
    const channel::BillDownload::Parts& parts,
    const channel::BillDownload::Wanted& wanted
);

/// "SUCCESS ORDER-0001 REFUND-0001 2.34 -1000 SUCCESS": kind, both numbers, amount, fee, status.
std::string shown(const channel::BillLine& line);

}  // namespace sluice::simulator::testing
