#include "faults/edited_scripts.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;

void apply(const fs::path& root, const ScriptEdit& edit) {
    std::ifstream in(root / edit.file);
    std::string source{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto at = source.find(edit.from);
    if (at == std::string::npos) {
        throw std::runtime_error(edit.file + " has no '" + edit.from + "'");
    }
    std::ofstream(root / edit.file) << source.replace(at, edit.from.size(), edit.to);
}

}  // namespace

EditedScripts::EditedScripts(const std::vector<ScriptEdit>& edits) {
    std::string folder = (fs::temp_directory_path() / "sluice-scripts-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
        throw std::runtime_error(folder + " cannot be made");
    }
    root_ = folder;
    const fs::path source = SLUICE_SOURCE_DIR;
    for (const char* part : {"db", "channels", "openapi"}) {
        fs::create_directory_symlink(source / part, root_ / part);
    }
    for (const char* part : {"flows", "scripts"}) {
        fs::copy(source / part, root_ / part, fs::copy_options::recursive);
    }
    for (const ScriptEdit& edit : edits) {
        apply(root_, edit);
    }
}

EditedScripts::~EditedScripts() { fs::remove_all(root_); }

}  // namespace sluice::testing
