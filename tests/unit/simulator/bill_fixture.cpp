#include "unit/simulator/bill_fixture.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "http/blocking.hpp"

namespace sluice::simulator::testing {

channel::BillAnswer fetched_bill(
    http::Client& client,
    const channel::BillDownload::Parts& parts,
    const channel::BillDownload::Wanted& wanted
) {
    auto download = channel::BillDownload::make(parts, wanted, "0123456789abcdef0123456789abcdef");
    EXPECT_TRUE(download.has_value()) << (download ? "" : download.error().message);
    std::optional<channel::BillAnswer> answer;
    while (download && !answer) {
        answer = download->take(
            http::fetch(client, download->request()), "fedcba9876543210fedcba9876543210"
        );
    }
    return answer.value_or(channel::BillAnswer{});
}

std::string shown(const channel::BillLine& line) {
    return line.kind_text + " " + line.number + " " + line.refund_number + " " +
           line.amount.to_decimal() + " " + std::to_string(line.fee_milli_minor) + " " +
           line.status;
}

}  // namespace sluice::simulator::testing
