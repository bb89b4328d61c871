#include "config/section.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <numeric>
#include <utility>
#include <vector>

namespace sluice::config {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
        }
    }
    return row[b.size()];
}

const toml::table& empty_table() {
    static const toml::table kEmpty;
    return kEmpty;
}

}  // namespace

Section::Section(const toml::table& table, std::string name, std::filesystem::path folder)
    : table_(table), name_(std::move(name)), folder_(std::move(folder)) {}

const toml::node* Section::get(std::string_view key) {
    know(key);
    return problem_.empty() ? table_.get(key) : nullptr;
}

void Section::complain(std::string_view key, const std::string& what) {
    if (problem_.empty()) {
        problem_ = (name_.empty() ? "" : name_ + ".") + std::string(key) + " " + what;
    }
}

void Section::read(std::string_view key, std::string& target) {
    if (const toml::node* node = get(key)) {
        const auto text = node->value_exact<std::string>();
        text ? target = *text : (complain(key, "must be a text"), target);
    }
}

void Section::read(std::string_view key, bool& target) {
    if (const toml::node* node = get(key)) {
        const auto flag = node->value_exact<bool>();
        flag ? target = *flag : (complain(key, "must be true or false"), target);
    }
}

void Section::read(std::string_view key, std::filesystem::path& target) {
    std::string text;
    read(key, text);
    if (!text.empty()) {
        target = folder_ / text;
    }
}

Result<std::string> Section::secret_of(const toml::node& node, std::string_view key) {
    if (const auto text = node.value_exact<std::string>()) {
        return *text;
    }
    const toml::table* table = node.as_table();
    const auto file = table == nullptr ? std::nullopt : (*table)["file"].value_exact<std::string>();
    if (!file || table->size() != 1) {
        return fail(
            ErrorCode::invalid, std::string(key) + " must be a text or { file = \"path\" }"
        );
    }
    std::ifstream in(folder_ / *file, std::ios::binary);
    if (!in) {
        return fail(
            ErrorCode::invalid,
            std::string(key) + " names the file " + (folder_ / *file).string() +
                ", which cannot be read"
        );
    }
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    return text;
}

void Section::read(std::string_view key, Secret<std::string>& target) {
    if (const toml::node* node = get(key)) {
        auto text = secret_of(*node, key);
        if (text) {
            target = Secret<std::string>(std::move(*text));
        } else {
            problem_ = text.error().message;
        }
    }
}

void Section::read_whole(
    std::string_view key, std::int64_t& target, std::int64_t low, std::int64_t high
) {
    const toml::node* node = get(key);
    if (node == nullptr) {
        return;
    }
    const auto number = node->value_exact<std::int64_t>();
    if (!number || *number < low || *number > high) {
        complain(
            key,
            "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high)
        );
        return;
    }
    target = *number;
}

void Section::read(std::string_view key, TextMap& target) {
    const toml::node* node = get(key);
    if (node == nullptr) {
        return;
    }
    if (node->as_table() == nullptr) {
        complain(key, "must be a table of texts");
        return;
    }
    for (const auto& [name, value] : *node->as_table()) {
        const auto text = value.value_exact<std::string>();
        if (!text) {
            complain(key, "." + std::string(name.str()) + " must be a text");
            return;
        }
        target[std::string(name.str())] = *text;
    }
}

void Section::read_secrets(
    std::string_view key, std::map<std::string, Secret<std::string>, std::less<>>& target
) {
    const toml::node* node = get(key);
    if (node == nullptr) {
        return;
    }
    if (node->as_table() == nullptr) {
        complain(key, "must be a table of secrets");
        return;
    }
    for (const auto& [name, value] : *node->as_table()) {
        auto text = secret_of(value, name.str());
        if (!text) {
            complain(key, text.error().message);
            return;
        }
        target[std::string(name.str())] = Secret<std::string>(std::move(*text));
    }
}

void Section::require(std::string_view key, bool present) {
    if (!present) {
        complain(key, "is missing");
    }
}

Section Section::below(std::string_view key) {
    const toml::node* node = get(key);
    if (node != nullptr && node->as_table() == nullptr) {
        complain(key, "must be a table");
        node = nullptr;
    }
    const std::string name = (name_.empty() ? "" : name_ + ".") + std::string(key);
    return {node == nullptr ? empty_table() : *node->as_table(), name, folder_};
}

void Section::take(Section& inner) {
    if (auto done = inner.finish(); !done && problem_.empty()) {
        problem_ = done.error().message;
    }
}

Result<void> Section::finish() {
    for (const auto& [key, node] : table_) {
        if (!problem_.empty() || known_.contains(key.str())) {
            continue;
        }
        std::string hint;
        for (const auto& known : known_) {
            if (distance(key.str(), known) <= 2) {
                hint = ", did you mean '" + known + "'?";
            }
        }
        complain(key.str(), "is not a known setting" + hint);
    }
    if (!problem_.empty()) {
        return fail(ErrorCode::invalid, problem_);
    }
    return {};
}

}  // namespace sluice::config
