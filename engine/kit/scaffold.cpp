#include "kit/scaffold.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "channel/adapter.hpp"

namespace sluice::kit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPlaceholder = "CHANNEL_NAME";

std::unexpected<Error> cannot_write(const fs::path& folder, const std::string& why) {
    return fail(ErrorCode::refused, "the folder " + folder.string() + " cannot be written: " + why);
}

std::string named(std::string_view text, std::string_view name) {
    std::string result(text);
    for (auto at = result.find(kPlaceholder); at != std::string::npos;
         at = result.find(kPlaceholder, at + name.size())) {
        result.replace(at, kPlaceholder.size(), name);
    }
    return result;
}

/// Beside the channels, by a name that no channel has, until it is whole. Gone with this object
/// unless it was moved away.
class Draft {
  public:
    static Result<Draft> in(const fs::path& channels) {
        std::string folder = (channels / ".new-XXXXXX").string();
        if (::mkdtemp(folder.data()) == nullptr) {
            return cannot_write(channels, std::strerror(errno));
        }
        return Draft(folder);
    }
    ~Draft() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    Draft(Draft&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
    Draft& operator=(Draft&&) = delete;

    Result<void> write(const fs::path& file, const std::string& text) const {
        std::error_code error;
        fs::create_directories((folder_ / file).parent_path(), error);
        std::ofstream out(folder_ / file, std::ios::binary);
        out << text;
        out.close();
        return out ? Result<void>{} : cannot_write(folder_, "of " + file.string());
    }

    /// All at once, or not at all.
    Result<void> become(const fs::path& target) const {
        std::error_code ignored;
        fs::permissions(folder_, fs::perms(0755), ignored);
        if (::renameat2(AT_FDCWD, folder_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) ==
            0) {
            return {};
        }
        if (errno == EEXIST) {
            return fail(ErrorCode::conflict, "the folder " + target.string() + " exists already");
        }
        return cannot_write(target, std::strerror(errno));
    }

  private:
    explicit Draft(fs::path folder) : folder_(std::move(folder)) {}

    fs::path folder_;
};

}  // namespace

Result<fs::path> scaffold_channel(const fs::path& channels, std::string_view name) {
    SLUICE_TRY(channel::check_channel_name(name));
    std::error_code error;
    if (!fs::is_directory(channels, error)) {
        return fail(
            ErrorCode::not_found,
            "there is no folder " + channels.string() + ", wanted the one that holds the channels"
        );
    }
    fs::path target = channels / name;
    if (fs::exists(fs::symlink_status(target, error))) {
        return fail(ErrorCode::conflict, "the folder " + target.string() + " exists already");
    }
    SLUICE_ASSIGN(const Draft draft, Draft::in(channels));
    for (const TemplateFile& file : template_files()) {
        SLUICE_TRY(draft.write(file.path, named(file.text, name)));
    }
    SLUICE_TRY(draft.become(target));
    return target;
}

}  // namespace sluice::kit
