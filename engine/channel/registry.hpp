#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "channel/adapter.hpp"
#include "channel/credentials.hpp"
#include "core/result.hpp"

namespace sluice::channel {

/// Every channel and channel account of one moment. Immutable; shared by all threads, a reload
/// makes a new one. Addresses of accounts stay good as long as the snapshot is held.
class Registry {
  public:
    /// The first mistake of any adapter or account; then there is no registry. Two accounts of one
    /// channel with the same name are `conflict`, an unknown channel is `not_found`.
    static Result<std::shared_ptr<const Registry>> build(
        const std::vector<AdapterPtr>& adapters, std::vector<ChannelAccountSettings> accounts
    );
    static Result<std::shared_ptr<const Registry>> build(
        const std::vector<AdapterFiles>& adapters, std::vector<ChannelAccountSettings> accounts
    );

    /// nullptr when there is none.
    [[nodiscard]] AdapterPtr find_adapter(std::string_view channel) const;

    struct AccountAddress {
        std::string_view channel;
        std::string_view account;
    };
    [[nodiscard]] const ChannelAccount* find_account(const AccountAddress& address) const;
    /// In the order of their names.
    [[nodiscard]] std::vector<AdapterPtr> adapters() const;
    /// In the order in which they were given.
    [[nodiscard]] const std::vector<const ChannelAccount*>& accounts() const { return in_order_; }

  private:
    Registry() = default;
    using AccountKey = std::pair<std::string, std::string>;

    std::map<std::string, AdapterPtr, std::less<>> adapters_;
    std::map<AccountKey, ChannelAccount> accounts_;  ///< whose nodes stay where they are
    std::vector<const ChannelAccount*> in_order_;
};

using RegistryPtr = std::shared_ptr<const Registry>;

/// Reads adapter.lua and form.json of a folder. `not_found` names the missing file. Blocks on the
/// disk.
Result<AdapterFiles> read_adapter_folder(const std::filesystem::path& folder);

}  // namespace sluice::channel
