#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "channel/credentials.hpp"
#include "channel/seal.hpp"
#include "core/clock.hpp"
#include "core/id.hpp"
#include "core/result.hpp"
#include "db/pool.hpp"

namespace sluice::channel {

struct ChannelAccountTag {
    static constexpr std::string_view kPrefix = "cha_";
};
using ChannelAccountId = Id<ChannelAccountTag>;

/// Where the secrets of an account are sealed for, in the terms of SealPlace. A version's secrets
/// open at no other version, so that an old row cannot be passed off as a new one.
inline constexpr std::string_view kChannelSecretTable = "channel_secret";
[[nodiscard]] std::string channel_secret_owner(ChannelAccountId id, int version);

/// A secret as the database has it.
struct SealedSecret {
    std::string name;
    std::string sealed;
    std::string fingerprint;
};

/// A channel account as the database has it: `settings` without the secrets, which stand sealed
/// beside them. A plain value.
struct StoredAccount {
    ChannelAccountId id;
    int version = 1;
    ChannelAccountSettings settings;
    std::vector<SealedSecret> secrets;  ///< by name
    Time created_at{};
    Time updated_at{};
};

/// One line of an account's history.
struct AccountChange {
    int version = 1;
    AccountState state = AccountState::draft;
    Time at{};
    std::string made_by;
};

/// Who changes something, and when.
struct ChangeBy {
    std::string_view who;
    Time at{};
};

/// Channel accounts in the database, their secrets sealed. Every change is one statement, raises
/// the revision and writes a line of history. Every call blocks on the database; errors as
/// db::Connection tells them. Any thread; pool and keys must outlive it.
class AccountStore {
  public:
    AccountStore(db::Pool& pool, const SealingKeys& keys) : pool_(pool), keys_(keys) {}

    /// Another one after each change of any account.
    Result<std::int64_t> revision();
    /// The oldest first: routing keeps this order among equals.
    Result<std::vector<StoredAccount>> list();
    Result<std::optional<StoredAccount>> find(ChannelAccountId id);
    struct Address {
        std::string_view channel;
        std::string_view name;
    };
    Result<std::optional<StoredAccount>> find_named(const Address& address);
    /// The account as it was in the last version that `who` made, if there is one.
    Result<std::optional<StoredAccount>> find_last_of(ChannelAccountId id, std::string_view who);
    /// The oldest first.
    Result<std::vector<AccountChange>> changes(ChannelAccountId id);

    /// The settings with their secrets. `not_found` names the master key that is missing,
    /// `corrupt` a secret that does not open.
    [[nodiscard]] Result<ChannelAccountSettings> open(const StoredAccount& account) const;

    struct NewVersion {
        ChannelAccountId id;
        int of = 0;  ///< the version that it was made of; 0: the account is new
        const ChannelAccountSettings& settings;
    };
    /// Its first version when `of` is 0: `conflict` when channel and name are taken. Else the next
    /// one: `conflict` when another came before it, or the account is retired. The state stays.
    Result<void> save(const NewVersion& version, const ChangeBy& by);

    struct StateChange {
        ChannelAccountId id;
        std::vector<AccountState> from;  ///< the states that it may leave
        AccountState to = AccountState::live;
    };
    /// `conflict` when its state is none of those.
    Result<void> change_state(const StateChange& change, const ChangeBy& by);

  private:
    db::Pool& pool_;
    const SealingKeys& keys_;
};

}  // namespace sluice::channel
