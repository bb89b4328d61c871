#include "architecture/source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice::architecture {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = SLUICE_SOURCE_DIR;

/// Blanks comments and the insides of literals, one line after the other.
class CodeStripper {
  public:
    std::string strip(std::string_view line) {
        std::string code;
        for (std::size_t at = 0; at < line.size();) {
            const std::size_t taken = step(line, at, code);
            code.append(at + taken - code.size(), ' ');
            at += taken;
        }
        return code;
    }

  private:
    /// Looks at `line[at]`, may append one character of code, and says how many were read.
    std::size_t step(std::string_view line, std::size_t at, std::string& code) {
        const std::string_view rest = line.substr(at);
        if (!raw_end_.empty()) {
            return leave(rest, raw_end_);
        }
        if (in_comment_) {
            const auto end = rest.find("*/");
            in_comment_ = end == std::string_view::npos;
            return in_comment_ ? rest.size() : end + 2;
        }
        if (rest.starts_with("//")) {
            return rest.size();
        }
        if (rest.starts_with("/*")) {
            in_comment_ = true;
            return 2;
        }
        if (rest.starts_with("R\"")) {
            const auto open = rest.find('(');
            raw_end_ = ")" + std::string(rest.substr(2, open - 2)) + "\"";
            return open + 1;
        }
        if (rest.front() == '"' || (rest.front() == '\'' && !is_digit_separator(line, at))) {
            return literal_size(rest);
        }
        code.push_back(rest.front());
        return 1;
    }

    static std::size_t leave(std::string_view rest, std::string& end_mark) {
        const auto end = rest.find(end_mark);
        if (end == std::string_view::npos) {
            return rest.size();
        }
        const std::size_t size = end + end_mark.size();
        end_mark.clear();
        return size;
    }

    static bool is_digit_separator(std::string_view line, std::size_t at) {
        return at > 0 && at + 1 < line.size() && std::isxdigit(line[at - 1]) != 0 &&
               std::isxdigit(line[at + 1]) != 0;
    }

    static std::size_t literal_size(std::string_view rest) {
        std::size_t at = 1;
        while (at < rest.size() && rest[at] != rest.front()) {
            at += rest[at] == '\\' ? 2U : 1U;
        }
        return std::min(at + 1, rest.size());
    }

    bool in_comment_ = false;
    std::string raw_end_;
};

std::string read_text(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

bool is_generated(const std::string& path) {
    return path.find("node_modules/") != std::string::npos || path.starts_with("build/") ||
           path.starts_with(".");
}

void collect(
    const fs::directory_entry& entry,
    const std::vector<std::string>& endings,
    std::vector<SourceFile>& sources
) {
    const std::string path = entry.path().lexically_relative(kRoot).generic_string();
    const bool wanted = std::ranges::any_of(endings, [&](const std::string& ending) {
        return path.ends_with(ending);
    });
    if (entry.is_regular_file() && wanted && !is_generated(path)) {
        sources.push_back(make_source(path, read_text(entry.path())));
    }
}

}  // namespace

bool SourceFile::is_under(std::string_view folder) const {
    return path.starts_with(std::string(folder) + "/");
}

SourceFile make_source(std::string path, std::string_view text) {
    SourceFile source{.path = std::move(path), .lines = {}, .code = {}};
    CodeStripper stripper;
    while (!text.empty()) {
        const auto end = text.find('\n');
        source.lines.emplace_back(text.substr(0, end));
        source.code.push_back(stripper.strip(source.lines.back()));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return source;
}

std::vector<SourceFile> read_sources(
    const std::vector<std::string>& folders, const std::vector<std::string>& endings
) {
    std::vector<SourceFile> sources;
    for (const auto& folder : folders) {
        if (folder.empty()) {
            for (const auto& entry : fs::directory_iterator(kRoot)) {
                collect(entry, endings, sources);
            }
        } else if (fs::is_directory(kRoot / folder)) {
            for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
                collect(entry, endings, sources);
            }
        }
    }
    std::ranges::sort(sources, {}, &SourceFile::path);
    return sources;
}

std::vector<SourceFile> cpp_sources() {
    return read_sources({"engine", "tests"}, {".hpp", ".cpp"});
}

bool exists(const std::string& path_from_root) { return fs::exists(kRoot / path_from_root); }

std::vector<std::string> folders_in(const std::string& path_from_root) {
    std::vector<std::string> names;
    if (!exists(path_from_root)) {
        return names;
    }
    for (const auto& entry : fs::directory_iterator(kRoot / path_from_root)) {
        if (entry.is_directory()) {
            names.push_back(entry.path().filename().string());
        }
    }
    std::ranges::sort(names);
    return names;
}

std::string describe(const Findings& findings) {
    std::string text;
    for (const auto& finding : findings) {
        text += "\n" + finding.path;
        text += finding.line == 0 ? "" : ":" + std::to_string(finding.line);
        text += ": " + finding.text;
    }
    return text;
}

void append(Findings& all, Findings more) {
    all.insert(
        all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end())
    );
}

}  // namespace sluice::architecture
