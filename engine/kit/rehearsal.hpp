#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "channel/live_registry.hpp"
#include "core/result.hpp"
#include "kit/far_side.hpp"
#include "kit/recorded_message.hpp"
#include "kit/rehearsal_account.hpp"

namespace sluice::kit {

/// What came of one recorded message.
struct Played {
    std::string fixture;  ///< the file's name without its ending
    std::string operation;
    std::int64_t http_status = 0;
    std::string outcome;                   ///< that the file expects
    std::vector<std::string> differences;  ///< a sentence each; none: all is as the file says
};

/// A channel's adapter with what is recorded of the channel: each message is read as a node would
/// read it, by the same host, in the same sandbox, under the same contract. Sends nothing. Used by
/// one thread.
class Rehearsal {
  public:
    /// Reads a folder `channels/<name>`. The first mistake of its adapter, form, account or
    /// sign.lua is the error, with file and line. Blocks on the disk.
    static Result<Rehearsal> open(const std::filesystem::path& folder);

    [[nodiscard]] const channel::Adapter& adapter() const { return *adapter_; }
    /// The names of what is recorded, sorted.
    [[nodiscard]] const std::vector<std::string>& fixtures() const { return fixtures_; }
    /// `fixture` is one of these. A file that cannot be read differs. Blocks on the disk.
    [[nodiscard]] Played play(const std::string& fixture);

  private:
    using Differences = std::vector<std::string>;

    Rehearsal() = default;
    Result<channel::RegistryPtr> registry_with(const channel::TextMap& settings);
    Result<void> play_answer(const RecordedMessage& recorded, Differences& differences);
    /// Payouts that leave in one request.
    Result<void> play_many(const RecordedMessage& recorded, Differences& differences);
    /// What the channel says to the request, which is held against what is recorded of it.
    struct Asked {
        const RecordedMessage& recorded;
        const channel::ChannelAccount& account;
        const http::ClientRequest& request;
    };
    Result<http::Response> answer_to(const Asked& asked, Differences& differences);
    /// About the account itself: its balance, or where a day's bill lies.
    Result<void> play_consultation(const RecordedMessage& recorded, Differences& differences);
    Result<void> play_callback(const RecordedMessage& recorded, Differences& differences);
    [[nodiscard]] Time moment_of(const RecordedMessage& recorded) const;

    std::filesystem::path folder_;
    channel::AdapterFiles files_;
    channel::AdapterPtr adapter_;
    RehearsalAccount account_;
    std::unique_ptr<FarSide> far_side_;
    std::vector<std::string> fixtures_;
    std::map<channel::TextMap, channel::RegistryPtr> registries_;  ///< by settings that differ
};

}  // namespace sluice::kit
