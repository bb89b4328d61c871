#include "script/release.hpp"

#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/hash.hpp"

namespace sluice::script {
namespace {

namespace fs = std::filesystem;

enum class Role { flow, library, policy, annotation, unknown };

Role role_of(const std::string& path) {
    const auto below = [&](std::string_view folder) { return path.starts_with(folder); };
    if (below("flows/")) {
        return Role::flow;
    }
    if (below("scripts/lib/")) {
        return Role::library;
    }
    for (const auto folder : {"approval", "refund_ways", "risk", "routing", "split"}) {
        if (below("scripts/" + std::string(folder) + "/")) {
            return Role::policy;
        }
    }
    // For editors and lua-check only.
    return below("scripts/api/") ? Role::annotation : Role::unknown;
}

Id128 content_id(const std::map<std::string, std::string>& files) {
    std::string joined;
    for (const auto& [path, source] : files) {
        joined.append(path).append(1, '\0');
        joined.append(std::to_string(source.size())).append(1, '\0').append(source);
    }
    const Hash128 hash = hash128(joined);
    return {hash.high, hash.low};
}

Result<void> add(Release& release, const std::string& path, const std::string& source) {
    const Role role = role_of(path);
    if (role == Role::annotation) {
        return {};
    }
    if (role == Role::unknown) {
        return fail(
            ErrorCode::invalid,
            "script " + path +
                " lies outside flows/, scripts/lib/, scripts/routing/, scripts/risk/, "
                "scripts/split/, scripts/approval/, scripts/refund_ways/"
        );
    }
    auto program = lua::compile(path, source);
    if (!program) {
        return fail(ErrorCode::script, program.error().describe());
    }
    const std::string stem = fs::path(path).stem().string();
    if (role == Role::library) {
        release.libraries.push_back(std::move(*program));
        return {};
    }
    auto& named = role == Role::flow ? release.flows : release.policies;
    if (const auto [at, fresh] = named.emplace(stem, std::move(*program)); !fresh) {
        return fail(
            ErrorCode::invalid,
            "scripts " + lua::name_of(*at->second) + " and " + path + " have one name, '" + stem +
                "'"
        );
    }
    return {};
}

Result<std::string> read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.good() && !in.eof()) {
        return fail(ErrorCode::invalid, "cannot read script " + path.string());
    }
    return text;
}

}  // namespace

Result<ReleasePtr> build_release(std::map<std::string, std::string> files) {
    auto release = std::make_shared<Release>();
    release->id = content_id(files);
    for (const auto& [path, source] : files) {
        SLUICE_TRY(add(*release, path, source));
    }
    release->files = std::move(files);
    return ReleasePtr(std::move(release));
}

Result<ReleasePtr> load_release(const fs::path& root) {
    std::map<std::string, std::string> files;
    for (const char* folder : {"flows", "scripts"}) {
        std::error_code error;
        for (fs::recursive_directory_iterator it(root / folder, error), end; it != end;
             it.increment(error)) {
            if (it->path().extension() != ".lua") {
                continue;
            }
            SLUICE_ASSIGN(std::string source, read_file(it->path()));
            files[it->path().lexically_relative(root).generic_string()] = std::move(source);
        }
        if (error) {
            return fail(
                ErrorCode::invalid,
                "cannot read scripts in " + (root / folder).string() + ": " + error.message()
            );
        }
    }
    return build_release(std::move(files));
}

}  // namespace sluice::script
