#include "channel/bill.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "core/utf8.hpp"

namespace sluice::channel {
namespace {

constexpr std::size_t kDecimals = 5;
constexpr std::size_t kWholeDigitsMax = 12;
constexpr std::int64_t kMilli = 1000;
constexpr std::size_t kProblemsMax = 100;
constexpr std::size_t kTextShown = 40;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        text.replace(at, from.size(), to);
        at += to.size();
    }
}

/// Headers are compared without blanks, their brackets narrow.
std::string header_name(std::string_view cell) {
    std::string name(trimmed(cell));
    replace_all(name, "（", "(");
    replace_all(name, "）", ")");
    return name;
}

std::vector<std::string_view> split(std::string_view line, std::string_view separator) {
    std::vector<std::string_view> cells;
    while (true) {
        const std::size_t end = line.find(separator);
        cells.push_back(line.substr(0, end));
        if (end == std::string_view::npos) {
            return cells;
        }
        line.remove_prefix(end + separator.size());
    }
}

/// Where the columns stand in this file; nullopt: it has none of that name.
struct Places {
    std::optional<std::size_t> at, kind, number, reference, refund_number, refund_reference, status,
        fee, paid, refunded, balance;
    std::size_t columns = 0;
};

std::optional<std::size_t> place_of(
    const std::vector<std::string>& header, const BillLayout::Column& column
) {
    for (const std::string& name : column.names) {
        const auto found = std::ranges::find(header, header_name(name));
        if (found != header.end()) {
            return static_cast<std::size_t>(found - header.begin());
        }
    }
    return std::nullopt;
}

/// Without these a line tells nothing; without its balance nobody sees that a line is missing.
Result<Places> places_in(std::string_view line, const BillLayout& layout) {
    std::vector<std::string> header;
    for (const std::string_view cell : split(line, ",")) {
        header.push_back(header_name(cell));
    }
    Places places;
    places.at = place_of(header, layout.at);
    places.kind = place_of(header, layout.kind);
    places.number = place_of(header, layout.number);
    places.reference = place_of(header, layout.reference);
    places.refund_number = place_of(header, layout.refund_number);
    places.refund_reference = place_of(header, layout.refund_reference);
    places.status = place_of(header, layout.status);
    places.fee = place_of(header, layout.fee);
    places.paid = place_of(header, layout.paid);
    places.refunded = place_of(header, layout.refunded);
    places.balance = place_of(header, layout.balance);
    places.columns = header.size();
    const std::array<std::pair<const char*, bool>, 6> needed{{
        {"at", places.at.has_value()},
        {"kind", places.kind.has_value()},
        {"number", places.number.has_value()},
        {"reference", places.reference.has_value()},
        {"paid", places.paid.has_value()},
        {"balance", places.balance.has_value() || layout.balance.names.empty()},
    }};
    for (const auto& [name, is_there] : needed) {
        if (!is_there) {
            return fail(
                ErrorCode::corrupt,
                "the bill's header has no column '" + std::string(name) +
                    "': " + std::string(cut_text(line, kTextShown))
            );
        }
    }
    return places;
}

Result<Time> time_of(std::string_view text, std::chrono::minutes offset) {
    constexpr std::size_t kSize = 19;  // 2026-01-01 08:00:30
    std::string stamp(text);
    if (stamp.size() != kSize || stamp[10] != ' ') {
        return fail(ErrorCode::invalid, "'" + stamp.substr(0, kTextShown) + "' is no time");
    }
    stamp[10] = 'T';
    SLUICE_ASSIGN(const Time local, parse_rfc3339(stamp + "Z"));
    return local - offset;
}

/// One row of the table, its cells by place.
class Row {
  public:
    Row(std::vector<std::string_view> cells, const Places& places)
        : cells_(std::move(cells)), places_(places) {}

    /// "" for a column that the file does not have.
    [[nodiscard]] std::string_view at(const std::optional<std::size_t>& place) const {
        return place ? trimmed(cells_.at(*place)) : std::string_view();
    }
    [[nodiscard]] const Places& places() const { return places_; }

  private:
    std::vector<std::string_view> cells_;
    const Places& places_;
};

/// Some write "0" where there is nothing.
std::string text_in(const Row& row, const std::optional<std::size_t>& place) {
    const std::string_view text = row.at(place);
    return text == "0" ? std::string() : std::string(text);
}

BillLineKind kind_of(std::string_view word, const BillLayout& layout) {
    const auto found = std::ranges::find(
        layout.kinds, word, [](const auto& row) -> std::string_view { return row.first; }
    );
    return found == layout.kinds.end() ? BillLineKind::other : found->second;
}

Result<Money> signed_amount_in(
    const Row& row, const std::optional<std::size_t>& place, Currency currency
) {
    SLUICE_ASSIGN(const std::int64_t milli, parse_milli_minor(row.at(place)));
    if (milli % kMilli != 0) {
        return fail(ErrorCode::invalid, "an amount has a fraction of a minor unit");
    }
    return Money{milli / kMilli, currency};
}

/// Some write what goes back with a minus, others without: the kind says the direction.
Result<Money> amount_in(
    const Row& row, const std::optional<std::size_t>& place, Currency currency
) {
    SLUICE_ASSIGN(const Money amount, signed_amount_in(row, place, currency));
    return Money{amount.minor() < 0 ? -amount.minor() : amount.minor(), currency};
}

bool gives_back(BillLineKind kind) {
    return kind == BillLineKind::refund || kind == BillLineKind::reversal;
}

/// What a till took back stands where refunds have their amount, or still where payments have it.
Result<Money> amount_of(const Row& row, BillLineKind kind, Currency currency) {
    const Places& places = row.places();
    if (gives_back(kind) && places.refunded) {
        SLUICE_ASSIGN(const Money back, amount_in(row, places.refunded, currency));
        if (kind == BillLineKind::refund || back.minor() != 0) {
            return back;
        }
    }
    return amount_in(row, places.paid, currency);
}

Result<BillLine> line_of(const Row& row, const BillLayout& layout) {
    const Places& places = row.places();
    BillLine line;
    line.kind_text = row.at(places.kind);
    line.kind = kind_of(line.kind_text, layout);
    line.number = text_in(row, places.number);
    line.reference = text_in(row, places.reference);
    line.refund_number = text_in(row, places.refund_number);
    line.refund_reference = text_in(row, places.refund_reference);
    line.status = text_in(row, places.status);
    SLUICE_ASSIGN(line.at, time_of(row.at(places.at), layout.offset));
    SLUICE_ASSIGN(line.amount, amount_of(row, line.kind, layout.currency));
    if (places.fee && !row.at(places.fee).empty()) {
        SLUICE_ASSIGN(const std::int64_t fee, parse_milli_minor(row.at(places.fee)));
        const std::int64_t size = fee < 0 ? -fee : fee;
        line.fee_milli_minor = gives_back(line.kind) ? -size : size;
    }
    if (places.balance) {
        SLUICE_ASSIGN(line.balance, signed_amount_in(row, places.balance, layout.currency));
    }
    return line;
}

/// The lines of a text, numbered from 1, without their ends.
class Lines {
  public:
    explicit Lines(std::string_view text) : rest_(text) {
        if (rest_.starts_with(kByteOrderMark)) {
            rest_.remove_prefix(kByteOrderMark.size());
        }
    }
    std::optional<std::string_view> next() {
        if (rest_.empty()) {
            return std::nullopt;
        }
        const std::size_t end = rest_.find('\n');
        std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++number_;
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        return line;
    }
    [[nodiscard]] std::size_t number() const { return number_; }

  private:
    std::string_view rest_;
    std::size_t number_ = 0;
};

/// The cells of a row: after a mark only the mark's own separator counts, so that a comma inside of
/// a cell does no harm.
std::vector<std::string_view> cells_of(std::string_view line, const BillLayout& layout) {
    if (layout.mark.empty()) {
        return split(line, ",");
    }
    return split(line.substr(layout.mark.size()), "," + layout.mark);
}

void note(Bill& bill, std::size_t line, const std::string& what) {
    if (bill.problems.size() < kProblemsMax) {
        bill.problems.push_back("line " + std::to_string(line) + ": " + what);
    } else if (bill.problems.size() == kProblemsMax) {
        bill.problems.push_back("from line " + std::to_string(line) + " on: more of them");
    }
}

/// Whether each line's balance follows from the one before it. Which of the two is wrong, or what
/// is missing between them, nobody can tell from the file.
class RunningBalance {
  public:
    /// What is wrong with the line; "" when nothing is, or nothing can be said.
    std::string follow(const Row& row, const BillLine& line) {
        const auto before = std::exchange(last_, line.balance);
        const auto change = signed_amount_in(row, row.places().paid, line.amount.currency());
        if (!line.balance || !before || !change) {
            return {};
        }
        const Money wanted{before->minor() + change->minor(), change->currency()};
        return wanted == *line.balance
                   ? std::string()
                   : "the balance is " + line.balance->to_decimal() + ", wanted " +
                         wanted.to_decimal() + " after the line before";
    }
    /// A line between could not be read.
    void lose() { last_.reset(); }

  private:
    std::optional<Money> last_;
};

void read_row(
    Bill& bill,
    const Lines& lines,
    const Row& row,
    const BillLayout& layout,
    RunningBalance& balance
) {
    auto line = line_of(row, layout);
    if (!line) {
        note(bill, lines.number(), line.error().message);
        balance.lose();
        return;
    }
    line->number_in_file = lines.number();
    if (const std::string wrong = balance.follow(row, *line); !wrong.empty()) {
        note(bill, lines.number(), wrong);
    }
    if (line->kind == BillLineKind::other) {
        note(
            bill, lines.number(), "the kind '" + line->kind_text.substr(0, kTextShown) + "' is new"
        );
    }
    bill.lines.push_back(*std::move(line));
}

}  // namespace

Result<std::int64_t> parse_milli_minor(std::string_view text) {
    std::string_view digits = text;
    const bool is_negative = digits.starts_with('-');
    digits.remove_prefix(is_negative || digits.starts_with('+') ? 1 : 0);
    const std::size_t dot = std::min(digits.find('.'), digits.size());
    std::string whole(digits.substr(0, dot));
    std::string part(digits.substr(std::min(dot + 1, digits.size())));
    const bool is_good = !whole.empty() && whole.size() <= kWholeDigitsMax && is_digits(whole) &&
                         is_digits(part) && part.size() <= kDecimals &&
                         (dot == digits.size() || !part.empty());
    if (!is_good) {
        return fail(
            ErrorCode::invalid, "'" + std::string(cut_text(text, kTextShown)) + "' is no amount"
        );
    }
    part.append(kDecimals - part.size(), '0');
    whole += part;
    std::int64_t number = 0;
    std::from_chars(whole.data(), whole.data() + whole.size(), number);
    return is_negative ? -number : number;
}

Result<Bill> parse_bill(std::string_view text, const BillLayout& layout) {
    Bill bill;
    Lines lines(text);
    std::optional<Places> places;
    RunningBalance balance;
    while (const auto line = lines.next()) {
        const bool is_no_table = line->empty() || trimmed(*line).empty() ||
                                 (!layout.comment.empty() && line->starts_with(layout.comment));
        if (is_no_table) {
            // After the rows only what sums them up follows.
            if (places && !layout.comment.empty() && line->starts_with(layout.comment)) {
                break;
            }
            continue;
        }
        if (!places) {
            SLUICE_ASSIGN(places, places_in(*line, layout));
            continue;
        }
        if (!layout.mark.empty() && !line->starts_with(layout.mark)) {
            break;
        }
        auto cells = cells_of(*line, layout);
        if (cells.size() != places->columns) {
            note(
                bill,
                lines.number(),
                "it has " + std::to_string(cells.size()) + " cells, wanted " +
                    std::to_string(places->columns)
            );
            balance.lose();
            continue;
        }
        read_row(bill, lines, Row(std::move(cells), *places), layout, balance);
    }
    return bill;
}

}  // namespace sluice::channel
