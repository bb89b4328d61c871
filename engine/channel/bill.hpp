#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "channel/charset.hpp"
#include "core/clock.hpp"
#include "core/money.hpp"
#include "core/result.hpp"
#include "core/value.hpp"

namespace sluice::channel {

/// What a line of a channel's bill tells of: money that came, went back, or of a payment that was
/// undone; a payout, or one that came back later; or, in a bill of an account's money, what the
/// channel took for its work and whatever else came in or went out. `other` is a kind that the
/// layout does not know: somebody must look.
enum class BillLineKind {
    payment,
    refund,
    reversal,
    payout,
    payout_return,
    fee,
    income,
    expense,
    other
};
[[nodiscard]] std::string_view to_string(BillLineKind kind);

/// One line, as the channel billed it. Texts are empty where the bill says nothing.
struct BillLine {
    BillLineKind kind = BillLineKind::other;
    std::size_t number_in_file = 0;  ///< from 1
    std::string kind_text;           ///< the channel's word for the kind
    std::string number;              ///< our order's
    std::string reference;           ///< the channel's, of the payment
    std::string refund_number;       ///< ours
    std::string refund_reference;    ///< the channel's
    std::string status;              ///< of a refund: a picture of its day, never corrected
    Money amount;                    ///< of what happened; never below zero
    /// What stood on the account after it, where the bill tells; an overdrawn one is below zero.
    std::optional<Money> balance;
    /// In thousandths of a minor unit: what the channel took of it; of a refund what it gave back,
    /// below zero, however the bill writes it.
    std::int64_t fee_milli_minor = 0;
    Time at{};
};

/// A day of one account. What could not be read is named, never left out in silence.
struct Bill {
    std::vector<BillLine> lines;
    std::vector<std::string> problems;  ///< "line 7: ..."; empty: every line was read
};

/// How the bills of one kind are written, as an adapter declares it.
struct BillLayout {
    struct Column {
        std::vector<std::string> names;  ///< of the header, the first that is there counts
    };
    /// Before each cell of a row ("`"); empty: cells stand as they are.
    std::string mark;
    std::string comment;  ///< lines that begin so are no table; empty: there are none
    Column at, kind, number, reference, refund_number, refund_reference, status, fee;
    Column paid;      ///< the amount
    Column refunded;  ///< that of a refund, when it stands in another column
    /// What is there after the line. With it `paid` is below zero for what left, and the balance of
    /// each line must follow from the one before: no line may be missing.
    Column balance;
    std::vector<std::pair<std::string, BillLineKind>> kinds;  ///< word of the channel -> kind
    Currency currency = cny();
    std::chrono::minutes offset{480};  ///< of its times
};

enum class BillPacking { none, gzip, zip };

/// How the file of one kind of bills comes.
struct BillFile {
    BillPacking packing = BillPacking::none;
    std::string without;  ///< files of an archive whose name has this are left out; may be empty
    Charset charset = Charset::utf8;
    BillLayout layout;
};
/// Reads `bills.<kind>` of an adapter; `invalid` names what is missing or unknown.
Result<BillFile> bill_file_from_value(const Value& value);

/// Reads the `layout` of one; `invalid` names what is missing or unknown.
Result<BillLayout> bill_layout_from_value(const Value& value);

/// The lines of a bill in UTF-8: CRLF or LF, with or without a byte order mark, columns in any
/// order and more of them than the layout knows. Tables after the first (sums) are not read. Pure.
/// `corrupt` when there is no header with the columns that are needed; an empty text, or a header
/// without rows, is an empty bill.
Result<Bill> parse_bill(std::string_view text, const BillLayout& layout);

/// "12.34", "-2.34", "0.07000" in thousandths of a minor unit of a currency with two decimals;
/// `invalid` for anything else. At most five decimals, so that nothing is rounded.
Result<std::int64_t> parse_milli_minor(std::string_view text);

}  // namespace sluice::channel
