#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sluice::testing {

/// Another text in one file of the repository.
struct ScriptEdit {
    std::string file;
    std::string from;
    std::string to;
};

/// A copy of the repository's scripts with some edits, for nodes to be started with; the rest is
/// linked. Gone with this object. Throws when a text is not there.
class EditedScripts {
  public:
    explicit EditedScripts(const std::vector<ScriptEdit>& edits);
    ~EditedScripts();
    EditedScripts(const EditedScripts&) = delete;
    EditedScripts& operator=(const EditedScripts&) = delete;

    [[nodiscard]] std::string root() const { return root_; }

  private:
    std::filesystem::path root_;
};

}  // namespace sluice::testing
