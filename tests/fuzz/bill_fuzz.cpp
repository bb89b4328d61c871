// Whatever stands in a bill or an archive: it is read by the layout that its channel's adapter
// declares, or said to be broken, within its limits. Linked with fuzz_main.cpp it runs a fixed
// number of seeded changes; a fuzzing compiler brings its own main.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "channel/adapter.hpp"
#include "channel/registry.hpp"
#include "channel/unpack.hpp"
#include "core/invariant.hpp"
#include "fuzz/reach.hpp"

namespace {

namespace fs = std::filesystem;
using sluice::channel::BillFile;
using sluice::channel::BillLine;
using sluice::channel::BillLineKind;

constexpr std::size_t kUnpackedMax = 1U << 20U;

/// The bills of one kind of a channel, "wechatpay.trade", as its adapter declares them.
struct Declared {
    std::string name;
    BillFile file;
};

/// Of every channel that there is: who adds one adds a bill to the corpus.
std::vector<Declared> declared_bills() {
    std::set<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(SLUICE_SOURCE_DIR "/channels")) {
        if (fs::exists(entry.path() / "adapter.lua")) {
            folders.insert(entry.path());
        }
    }
    std::vector<Declared> declared;
    for (const fs::path& folder : folders) {
        const auto files = sluice::channel::read_adapter_folder(folder);
        const auto adapter = sluice::channel::make_adapter(files.value());
        for (const auto& [kind, file] : adapter.value()->bills) {
            declared.push_back({folder.filename().string() + "." + kind, file});
        }
    }
    return declared;
}

const std::vector<Declared>& bills() {
    static const std::vector<Declared> kAll = declared_bills();
    return kAll;
}

void check(const BillLine& line, const Declared& declared) {
    SLUICE_INVARIANT(line.amount.minor() >= 0);
    SLUICE_INVARIANT(line.number_in_file > 0);
    SLUICE_INVARIANT(line.kind != BillLineKind::refund || line.fee_milli_minor <= 0);
    SLUICE_INVARIANT(line.kind != BillLineKind::payment || line.fee_milli_minor >= 0);
    const bool has_balances = !declared.file.layout.balance.names.empty();
    SLUICE_INVARIANT(line.balance.has_value() == has_balances);
}

void read(std::string_view bytes, const Declared& declared) {
    const auto text = sluice::channel::to_utf8(bytes, declared.file.charset);
    if (!text) {
        return;
    }
    const auto bill = sluice::channel::parse_bill(*text, declared.file.layout);
    if (!bill) {
        return;
    }
    bool is_known = false;
    for (const BillLine& line : bill->lines) {
        check(line, declared);
        is_known = is_known || line.kind != BillLineKind::other;
    }
    if (is_known) {
        sluice::fuzz::reached(declared.name);
    }
}

void read_as_any(std::string_view bytes) {
    for (const Declared& declared : bills()) {
        read(bytes, declared);
    }
}

}  // namespace

std::vector<std::string> sluice::fuzz::readers() {
    std::vector<std::string> names;
    for (const Declared& declared : bills()) {
        names.push_back(declared.name);
    }
    return names;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    read_as_any(bytes);
    if (const auto content = sluice::channel::unpack_gzip(bytes, kUnpackedMax)) {
        read_as_any(*content);
    }
    if (const auto files = sluice::channel::unpack_zip(bytes, kUnpackedMax)) {
        for (const auto& file : *files) {
            read_as_any(file.content);
        }
    }
    return 0;
}
