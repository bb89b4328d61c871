#include "faults/written.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "channel/crypto.hpp"
#include "core/value.hpp"
#include "db/connection.hpp"
#include "worker/journal_body.hpp"

namespace sluice::testing {
namespace {

constexpr std::size_t kWholeLog = 1'000'000;

db::Rows rows_of(db::Connection& connection, const std::string& sql) {
    auto rows = connection.run(sql);
    if (!rows) {
        throw std::runtime_error(sql + ": " + rows.error().message);
    }
    return *std::move(rows);
}

std::string all_rows(db::Connection& connection, const std::string& table) {
    std::string text;
    for (const db::Row row : rows_of(connection, "SELECT t::text FROM sluice." + table + " t")) {
        text += std::string(row.text(0)) + "\n";
    }
    return text;
}

std::string unpacked_journals(db::Connection& connection) {
    auto rows =
        connection.execute({"test_all_journals", "SELECT body FROM sluice.flow_journal"}).value();
    std::string text;
    worker::JournalDecompressor unpack;
    for (const db::Row row : rows) {
        text += unpack.decompress(row.bytes(0)).value() + "\n";
    }
    return text;
}

/// Programs write hexadecimal digits small or large.
constexpr std::array<std::string_view, 2> kDigits{"0123456789abcdef", "0123456789ABCDEF"};

std::string in_hex(std::string_view text, std::string_view digits) {
    std::string hex;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        hex += digits[byte >> 4U];
        hex += digits[byte & 15U];
    }
    return hex;
}

std::string in_an_address(std::string_view text, std::string_view digits, std::string_view blank) {
    std::string address;
    for (const char c : text) {
        const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                              (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
        if (is_plain) {
            address += c;
        } else if (c == ' ') {
            address += blank;
        } else {
            address += "%" + in_hex(std::string_view(&c, 1), digits);
        }
    }
    return address;
}

std::vector<std::string> forms_of(const std::string& secret) {
    std::string json = to_json(Value(secret));
    json = json.substr(1, json.size() - 2);
    // Three bytes are four characters: the end may run together with what follows.
    const std::string whole = secret.substr(0, secret.size() / 3 * 3);
    std::vector<std::string> forms{secret, json, channel::base64_encode(whole)};
    for (const std::string_view digits : kDigits) {
        forms.push_back(in_hex(secret, digits));
        forms.push_back(in_an_address(secret, digits, "%20"));
        forms.push_back(in_an_address(secret, digits, "+"));
    }
    return forms;
}

}  // namespace

std::vector<Written> everything_written(Cluster& cluster) {
    auto connection = cluster.connect();
    std::vector<Written> all;
    const db::Rows tables = rows_of(
        connection, "SELECT tablename FROM pg_tables WHERE schemaname = 'sluice' ORDER BY 1"
    );
    for (const db::Row row : tables) {
        const std::string table(row.text(0));
        all.push_back({table, all_rows(connection, table)});
    }
    all.push_back({"journals", unpacked_journals(connection)});
    for (std::size_t i = 0; i < cluster.node_count(); ++i) {
        const Node& node = cluster.node(i);
        all.push_back({"log of " + node.name(), node.log_tail(kWholeLog)});
    }
    return all;
}

std::vector<std::string> found_in(
    const std::vector<Written>& all, const std::vector<Marked>& secrets
) {
    std::vector<std::string> found;
    for (const Marked& marked : secrets) {
        const std::vector<std::string> forms = forms_of(marked.secret);
        for (const Written& written : all) {
            const bool is_there = std::ranges::any_of(forms, [&](const std::string& form) {
                return written.text.find(form) != std::string::npos;
            });
            if (is_there) {
                found.push_back(written.where + " has " + marked.name);
            }
        }
    }
    return found;
}

}  // namespace sluice::testing
