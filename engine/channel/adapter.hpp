#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "channel/bill.hpp"
#include "channel/capabilities.hpp"
#include "channel/evidence.hpp"
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
    /// What the script builds on: file name and text, in their order.
    std::vector<std::pair<std::string, std::string>> libraries = {};
};

/// Whether a channel may be named so: 1 to 40 of a-z, 0-9, '_' and '-', the first one a letter. It
/// is a folder's name and stands in callback addresses. `invalid` says what is wanted.
Result<void> check_channel_name(std::string_view name);

/// SHA-256 of all that makes an adapter, 64 hexadecimal characters: the same files, the same
/// digest.
[[nodiscard]] std::string digest_of(const AdapterFiles& files);

/// A channel's adapter: its compiled script and what it declares. Immutable, shared by all threads;
/// it is run by an AdapterHost.
struct Adapter {
    std::string name;
    std::string digest;  ///< of the files it was made of
    std::string title_en;
    std::string title_zh;
    Capabilities capabilities;
    std::array<bool, payment::kOperationCount> has{};       ///< by Operation
    std::array<Resend, payment::kOperationCount> resend{};  ///< by Operation
    std::vector<std::string> answer_headers;  ///< lower case: the only ones the script gets
    MaskedMembers masked;                     ///< in part what it declares, whole a party's secrets
    std::map<std::string, BillFile, std::less<>> bills;  ///< by kind
    bool tells_balance = false;  ///< the channel tells what is on an account
    std::string callback_type;   ///< media type of what the channel sends; empty: any
    bool shows_keys = false;     ///< the channel tells which keys it signs with, when it is asked
    Form form;
    lua::ProgramPtr program;
    std::vector<lua::ProgramPtr> libraries;

    [[nodiscard]] bool can(Operation operation) const {
        return has[static_cast<std::size_t>(operation)];
    }
    /// How many payouts it writes into one request; nullptr: each goes alone.
    [[nodiscard]] const ManyPayouts* pays_many() const {
        const auto& payout = capabilities.payout;
        return payout && payout->many ? &*payout->many : nullptr;
    }
    /// `query_first` of one it does not have, and of a code that one request uses up.
    [[nodiscard]] Resend resend_of(Operation operation, std::string_view scene = {}) const {
        const bool is_used_up =
            operation == Operation::collect && capabilities.is_charged_at_once(scene);
        return is_used_up ? Resend::query_first : resend[static_cast<std::size_t>(operation)];
    }
};

using AdapterPtr = std::shared_ptr<const Adapter>;

/// Compiles the script, runs it once and checks what it declares. `script` for the author's
/// mistakes with file and line, `invalid` for a declaration the contract does not allow.
Result<AdapterPtr> make_adapter(const AdapterFiles& files);

/// "channels/wechatpay/adapter.lua, line 14: ..."
[[nodiscard]] Error script_error(const lua::ScriptError& error);

}  // namespace sluice::channel
