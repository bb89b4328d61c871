#include "channel/bill_download.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "channel/charset.hpp"
#include "channel/crypto.hpp"
#include "channel/unpack.hpp"

namespace sluice::channel {
namespace {

constexpr std::size_t kFileMax = std::size_t{64} << 20U;
constexpr std::size_t kDaySize = 10;
constexpr std::chrono::seconds kFileTimeout{120};

constexpr std::array<std::pair<std::string_view, BillState>, 5> kBillStates{{
    {"found", BillState::found},
    {"empty", BillState::empty},
    {"not_ready", BillState::not_ready},
    {"unknown", BillState::unknown},
    {"config", BillState::config},
}};

BillAnswer unknown(std::string code, std::string message) {
    return {BillState::unknown, std::move(code), std::move(message), {}};
}

bool is_day(const std::string& text) {
    return text.size() == kDaySize && parse_rfc3339(text + "T00:00:00Z").has_value();
}

/// The one file of the archive that is not left out.
Result<std::string> file_in(std::vector<ArchivedFile> files, const BillFile& how) {
    SLUICE_ASSIGN(const std::string without, from_utf8(how.without, how.charset));
    std::erase_if(files, [&](const ArchivedFile& file) {
        return !without.empty() && file.name.find(without) != std::string::npos;
    });
    if (files.size() != 1) {
        return fail(
            ErrorCode::corrupt,
            "the archive has " + std::to_string(files.size()) + " files, wanted one"
        );
    }
    return std::move(files.front().content);
}

}  // namespace

std::string_view to_string(BillState state) {
    return kBillStates[static_cast<std::size_t>(state)].first;
}

BillDownload::BillDownload(const Parts& parts, Wanted wanted)
    : parts_(parts),
      host_(std::make_unique<AdapterHost>(parts.adapter)),
      wanted_(ValueObject{{"day", wanted.day}}),
      kind_(std::move(wanted.kind)) {}

Result<BillDownload> BillDownload::make(const Parts& parts, Wanted wanted, std::string nonce) {
    if (!parts.adapter->bills.contains(wanted.kind)) {
        return fail(
            ErrorCode::invalid,
            "'" + parts.adapter->name + "' has no bills of the kind '" + wanted.kind + "'"
        );
    }
    if (!is_day(wanted.day)) {
        return fail(ErrorCode::invalid, "'" + wanted.day + "' is no day, wanted 2026-01-31");
    }
    BillDownload download(parts, std::move(wanted));
    download.nonce_ = std::move(nonce);
    SLUICE_TRY(download.build("request"));
    return download;
}

Result<Value> BillDownload::consult(std::string_view function, const http::Response* answer) {
    const std::string path = "bills." + kind_ + "." + std::string(function);
    return host_->consult({path, wanted_, answer}, parts_.account, {parts_.clock.now(), nonce_});
}

Result<void> BillDownload::build(std::string_view function) {
    SLUICE_ASSIGN(const Value value, consult(function, nullptr));
    SLUICE_ASSIGN(request_, request_from_value(value, parts_.account));
    SLUICE_TRY(parts_.account.check_url(request_.url));
    const ChannelTimeouts& timeouts = parts_.account.settings().timeouts;
    request_.connect_timeout = timeouts.connect;
    request_.total_timeout = timeouts.query;
    return {};
}

std::optional<BillAnswer> BillDownload::take(
    const http::ClientResult& answered, std::string nonce
) {
    nonce_ = std::move(nonce);
    if (!answered) {
        return unknown(answered.error().code, answered.error().message);
    }
    if (!is_fetching_) {
        return take_place(*answered);
    }
    if (answered->status != 200) {
        return unknown("HTTP_" + std::to_string(answered->status), "the file was not given");
    }
    auto bill = read(answered->body);
    if (!bill) {
        return unknown("FILE_NOT_READ", bill.error().message);
    }
    return BillAnswer{BillState::found, {}, {}, *std::move(bill)};
}

std::optional<BillAnswer> BillDownload::take_place(const http::Response& answer) {
    auto told = consult("response", &answer);
    if (!told) {
        return unknown("adapter_failed", told.error().message);
    }
    const auto* state = std::ranges::find(
        kBillStates, told->text_or_empty("kind"), [](const auto& row) { return row.first; }
    );
    const bool is_server_error = answer.status >= 500;
    if (state == kBillStates.end() || is_server_error) {
        return unknown(std::string(told->text_or_empty("code")), "the answer cannot be used");
    }
    if (state->second != BillState::found) {
        return BillAnswer{
            state->second,
            std::string(told->text_or_empty("code")),
            std::string(told->text_or_empty("message")),
            {}
        };
    }
    wanted_.set("url", told->text_or_empty("url"));
    sha1_ = told->text_or_empty("sha1");
    sha256_ = told->text_or_empty("sha256");
    if (auto built = build("fetch"); !built) {
        return unknown("adapter_failed", built.error().message);
    }
    request_.total_timeout = kFileTimeout;
    request_.response_max_bytes = kFileMax;
    is_fetching_ = true;
    return std::nullopt;
}

Result<Bill> BillDownload::read(const std::string& file) const {
    const BillFile& how = parts_.adapter->bills.at(kind_);
    std::string content = file;
    if (how.packing == BillPacking::gzip) {
        SLUICE_ASSIGN(content, unpack_gzip(file));
    } else if (how.packing == BillPacking::zip) {
        SLUICE_ASSIGN(auto files, unpack_zip(file));
        SLUICE_ASSIGN(content, file_in(std::move(files), how));
    }
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    const auto is_another = [&](const std::string& hash, const std::string& told) {
        return !told.empty() && !std::ranges::equal(hash, told, same);
    };
    if (is_another(sha1_hex(content), sha1_) || is_another(sha256_hex(content), sha256_)) {
        return fail(ErrorCode::corrupt, "the file is not the one that the channel's hash names");
    }
    SLUICE_ASSIGN(const std::string text, to_utf8(content, how.charset));
    return parse_bill(text, how.layout);
}

}  // namespace sluice::channel
