// How bills are written, as adapters declare it.
#include <algorithm>
#include <array>

#include "channel/bill.hpp"

namespace sluice::channel {
namespace {

constexpr std::array<std::pair<std::string_view, BillLineKind>, 9> kLineKinds{{
    {"payment", BillLineKind::payment},
    {"refund", BillLineKind::refund},
    {"reversal", BillLineKind::reversal},
    {"payout", BillLineKind::payout},
    {"payout_return", BillLineKind::payout_return},
    {"fee", BillLineKind::fee},
    {"income", BillLineKind::income},
    {"expense", BillLineKind::expense},
    {"other", BillLineKind::other},
}};

Result<BillLayout::Column> column_of(const Value& columns, std::string_view name) {
    BillLayout::Column column;
    const Value* names = columns.find(name);
    if (names == nullptr || names->as_array() == nullptr) {
        return column;
    }
    for (const Value& each : *names->as_array()) {
        if (each.as_text() == nullptr || each.as_text()->empty()) {
            return fail(
                ErrorCode::invalid,
                "the bill's column '" + std::string(name) + "' is no list of names"
            );
        }
        column.names.push_back(*each.as_text());
    }
    return column;
}

Result<void> read_kinds(const Value& value, BillLayout& layout) {
    const Value* kinds = value.find("kinds");
    if (kinds == nullptr || kinds->as_object() == nullptr || kinds->as_object()->empty()) {
        return fail(ErrorCode::invalid, "a bill's layout needs 'kinds'");
    }
    for (const auto& [word, kind] : *kinds->as_object()) {
        const std::string* name = kind.as_text();
        const auto* found = std::ranges::find(
            kLineKinds, name != nullptr ? *name : "", [](const auto& row) { return row.first; }
        );
        if (found == kLineKinds.end()) {
            return fail(
                ErrorCode::invalid,
                "the bill's kind of '" + word +
                    "' is not one of payment, refund, reversal, payout, payout_return, fee, "
                    "income, expense"
            );
        }
        layout.kinds.emplace_back(word, found->second);
    }
    return {};
}

}  // namespace

std::string_view to_string(BillLineKind kind) {
    return kLineKinds[static_cast<std::size_t>(kind)].first;
}

Result<BillLayout> bill_layout_from_value(const Value& value) {
    const Value* columns = value.find("columns");
    if (columns == nullptr || columns->as_object() == nullptr) {
        return fail(ErrorCode::invalid, "a bill's layout needs 'columns'");
    }
    BillLayout layout;
    layout.mark = value.text_or_empty("mark");
    layout.comment = value.text_or_empty("comment");
    SLUICE_ASSIGN(layout.at, column_of(*columns, "at"));
    SLUICE_ASSIGN(layout.kind, column_of(*columns, "kind"));
    SLUICE_ASSIGN(layout.number, column_of(*columns, "number"));
    SLUICE_ASSIGN(layout.reference, column_of(*columns, "reference"));
    SLUICE_ASSIGN(layout.refund_number, column_of(*columns, "refund_number"));
    SLUICE_ASSIGN(layout.refund_reference, column_of(*columns, "refund_reference"));
    SLUICE_ASSIGN(layout.status, column_of(*columns, "status"));
    SLUICE_ASSIGN(layout.fee, column_of(*columns, "fee"));
    SLUICE_ASSIGN(layout.paid, column_of(*columns, "paid"));
    SLUICE_ASSIGN(layout.refunded, column_of(*columns, "refunded"));
    SLUICE_ASSIGN(layout.balance, column_of(*columns, "balance"));
    SLUICE_TRY(read_kinds(value, layout));
    return layout;
}

Result<BillFile> bill_file_from_value(const Value& value) {
    BillFile file;
    const std::string_view packed = value.text_or_empty("packed");
    if (packed == "gzip") {
        file.packing = BillPacking::gzip;
    } else if (packed == "zip") {
        file.packing = BillPacking::zip;
    } else if (!packed.empty()) {
        return fail(ErrorCode::invalid, "a bill's 'packed' is not gzip or zip");
    }
    file.without = value.text_or_empty("without");
    const auto charset = parse_charset(value.text_or_empty("charset"));
    const Value* layout = value.find("layout");
    if (!charset || layout == nullptr) {
        return fail(ErrorCode::invalid, "a bill needs a charset and a layout");
    }
    file.charset = *charset;
    SLUICE_ASSIGN(file.layout, bill_layout_from_value(*layout));
    return file;
}

}  // namespace sluice::channel
