#include "channel/registry.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace sluice::channel {
namespace {

Result<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return fail(ErrorCode::not_found, "the adapter's file " + path.string() + " is missing");
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

Result<std::shared_ptr<const Registry>> Registry::build(
    const std::vector<AdapterFiles>& adapters, std::vector<ChannelAccountSettings> accounts
) {
    std::vector<AdapterPtr> made;
    for (const AdapterFiles& files : adapters) {
        SLUICE_ASSIGN(AdapterPtr adapter, make_adapter(files));
        made.push_back(std::move(adapter));
    }
    return build(made, std::move(accounts));
}

Result<std::shared_ptr<const Registry>> Registry::build(
    const std::vector<AdapterPtr>& adapters, std::vector<ChannelAccountSettings> accounts
) {
    Registry registry;
    for (const AdapterPtr& adapter : adapters) {
        if (!registry.adapters_.emplace(adapter->name, adapter).second) {
            return fail(ErrorCode::conflict, "two adapters are named '" + adapter->name + "'");
        }
    }
    for (ChannelAccountSettings& settings : accounts) {
        const AdapterPtr adapter = registry.find_adapter(settings.channel);
        if (!adapter) {
            return fail(
                ErrorCode::not_found,
                "channel account '" + settings.name + "' names the channel '" + settings.channel +
                    "', which has no adapter"
            );
        }
        AccountKey key(settings.channel, settings.name);
        SLUICE_ASSIGN(
            ChannelAccount account, ChannelAccount::make(std::move(settings), adapter->form)
        );
        if (registry.accounts_.contains(key)) {
            return fail(
                ErrorCode::conflict,
                "two channel accounts of " + key.first + " are named '" + key.second + "'"
            );
        }
        const auto placed = registry.accounts_.emplace(std::move(key), std::move(account));
        registry.in_order_.push_back(&placed.first->second);
    }
    return std::make_shared<const Registry>(std::move(registry));
}

AdapterPtr Registry::find_adapter(std::string_view channel) const {
    const auto found = adapters_.find(channel);
    return found == adapters_.end() ? nullptr : found->second;
}

std::vector<AdapterPtr> Registry::adapters() const {
    std::vector<AdapterPtr> list;
    list.reserve(adapters_.size());
    for (const auto& [name, adapter] : adapters_) {
        list.push_back(adapter);
    }
    return list;
}

const ChannelAccount* Registry::find_account(const AccountAddress& address) const {
    const auto found = accounts_.find({std::string(address.channel), std::string(address.account)});
    return found == accounts_.end() ? nullptr : &found->second;
}

Result<AdapterFiles> read_adapter_folder(const std::filesystem::path& folder) {
    AdapterFiles files;
    files.name = folder.filename().string();
    SLUICE_ASSIGN(files.script, read_file(folder / "adapter.lua"));
    SLUICE_ASSIGN(files.form, read_file(folder / "form.json"));
    std::error_code ignored;
    std::vector<std::filesystem::path> libraries;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        if (entry.path().extension() == ".lua" && entry.path().filename() != "adapter.lua") {
            libraries.push_back(entry.path());
        }
    }
    std::ranges::sort(libraries);
    for (const auto& path : libraries) {
        SLUICE_ASSIGN(std::string text, read_file(path));
        files.libraries.emplace_back(path.filename().string(), std::move(text));
    }
    return files;
}

}  // namespace sluice::channel
