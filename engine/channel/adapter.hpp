#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "channel/exchange_message.hpp"
#include "channel/form.hpp"
#include "core/result.hpp"
#include "lua/vm.hpp"

namespace sluice::channel {

/// The texts of a folder `channels/<name>`.
struct AdapterFiles {
    std::string name;  ///< the folder's name, which the script must repeat
    std::string script;
    std::string form;
};

/// What a channel can do, as its adapter declares it. Routing filters by it; the kernel holds every
/// request to it.
struct Capabilities {
    std::vector<std::string> scenes;
    std::vector<std::string> currencies;
    std::int64_t amount_min_minor = 1;
    std::int64_t amount_max_minor = 0;
    /// An expiry further than this after the instruction's creation reaches the script as this.
    std::int64_t expiry_max_seconds = 0;
    std::size_t description_max_bytes = 0;  ///< longer ones are cut between characters
    /// How long after a collect was over a query may still find nothing although the order exists.
    std::int64_t not_found_after_seconds = 0;
};

/// A channel's adapter: its compiled script and what it declares. Immutable, shared by all threads;
/// it is run by an AdapterHost.
struct Adapter {
    std::string name;
    std::string title_en;
    std::string title_zh;
    Capabilities capabilities;
    std::array<Resend, payment::kOperationCount> resend{};           ///< by Operation
    std::vector<std::string> answer_headers;  ///< lower case: the only ones the script gets
    std::vector<std::string> masked;          ///< JSON members that evidence must not show in full
    Form form;
    lua::ProgramPtr program;

    [[nodiscard]] Resend resend_of(Operation operation) const {
        return resend[static_cast<std::size_t>(operation)];
    }
};

using AdapterPtr = std::shared_ptr<const Adapter>;

/// Compiles the script, runs it once and checks what it declares. `script` for the author's
/// mistakes with file and line, `invalid` for a declaration the contract does not allow.
Result<AdapterPtr> make_adapter(const AdapterFiles& files);

/// "channels/wechatpay/adapter.lua, line 14: ..."
[[nodiscard]] Error script_error(const lua::ScriptError& error);

}  // namespace sluice::channel
