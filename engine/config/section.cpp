#include "config/section.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>
#include <type_traits>
#include <utility>

#include <toml++/toml.h>

#include "config/secret_file.hpp"
#include "core/nearest_name.hpp"
#include "core/utf8.hpp"
#include "core/value.hpp"

namespace sluice::config {
namespace {

constexpr std::size_t kShownMax = 60;
constexpr std::string_view kText = "a text in quotes";
constexpr std::string_view kSecret = "a text in quotes or { file = \"path\" }";

std::string_view kind_of(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
        case toml::node_type::floating_point:
            return "a number";
        case toml::node_type::boolean:
            return "true or false";
        case toml::node_type::date:
        case toml::node_type::time:
        case toml::node_type::date_time:
            return "a date or time";
        case toml::node_type::none:
            break;
    }
    return "nothing";
}

/// The value as a message may show it: on one line and not too long.
std::string shown(const toml::node& node) {
    if (node.is_table() || node.is_array()) {
        return std::string(kind_of(node));
    }
    std::ostringstream out;
    if (const auto text = node.value_exact<std::string>()) {
        out << to_json(Value(*text));
    } else {
        node.visit([&out](const auto& value) {
            if constexpr (toml::is_value<decltype(value)>) {
                out << value;
            }
        });
    }
    const std::string all = out.str();
    return all.size() <= kShownMax ? all : std::string(cut_text(all, kShownMax)) + "...";
}

std::string at_line(const std::filesystem::path& path, const toml::node* node) {
    const std::uint32_t line = node == nullptr ? 0 : node->source().begin.line;
    return path.string() + (line == 0 ? "" : ":" + std::to_string(line));
}

template <class Names>
std::string joined(const Names& names) {
    std::string all;
    for (const auto& name : names) {
        all += (all.empty() ? "" : ", ") + std::string(name);
    }
    return all;
}

}  // namespace

/// A file's content, and its first problem.
struct Section::File {
    std::filesystem::path path;    ///< as it was given
    std::filesystem::path folder;  ///< what paths in it are relative to
    toml::table content;
    std::string problem;
};

struct Section::Part {
    std::shared_ptr<File> file;
    const toml::table* table = nullptr;  ///< none: absent, as good as empty
    std::string name;
    std::set<std::string, std::less<>> known{};
    std::vector<std::pair<std::string, std::string>> required{};
};

/// What the public functions are made of.
class Section::Reader {
  public:
    explicit Reader(Part& part) : part_(part) {}

    /// Nothing once the file has a problem: later ones may be its echo.
    const toml::node* get(std::string_view key) {
        part_.known.emplace(key);
        const bool is_open = part_.table != nullptr && part_.file->problem.empty();
        return is_open ? part_.table->get(key) : nullptr;
    }

    [[nodiscard]] std::string named(std::string_view key) const {
        return part_.name.empty() ? std::string(key) : part_.name + "." + std::string(key);
    }

    void complain(const toml::node* place, const std::string& what) {
        if (part_.file->problem.empty()) {
            part_.file->problem = at_line(part_.file->path, place) + ": " + what;
        }
    }
    void refuse(const toml::node& node, const std::string& name, std::string_view wanted) {
        complain(&node, name + " is " + shown(node) + ", wanted " + std::string(wanted));
    }
    void refuse_secret(const toml::node& node, const std::string& name, std::string_view wanted) {
        const std::string kind(kind_of(node));
        complain(&node, name + " is *** (" + kind + "), wanted " + std::string(wanted));
    }

    std::optional<std::string> text_of(const toml::node& node, const std::string& name) {
        auto text = node.value_exact<std::string>();
        if (!text) {
            refuse(node, name, kText);
        }
        return text;
    }

    std::optional<Secret<std::string>> secret_of(const toml::node& node, const std::string& name) {
        if (auto text = node.value_exact<std::string>()) {
            return Secret<std::string>(std::move(*text));
        }
        const toml::table* table = node.as_table();
        const auto* file = table != nullptr && table->size() == 1 ? table->get("file") : nullptr;
        const auto path = file == nullptr ? std::nullopt : file->value_exact<std::string>();
        if (!path) {
            refuse_secret(node, name, kSecret);
            return std::nullopt;
        }
        auto secret = read_secret_file(part_.file->folder / *path);
        if (!secret) {
            complain(file, name + " names " + secret.error().message);
            return std::nullopt;
        }
        return std::move(*secret);
    }

    /// The table at the key; nullptr when it is absent or no table.
    const toml::table* table_of(std::string_view key, std::string_view wanted) {
        const toml::node* node = get(key);
        if (node != nullptr && !node->is_table()) {
            refuse(*node, named(key), wanted);
        }
        return node == nullptr ? nullptr : node->as_table();
    }

    struct Member {
        std::string name;
        std::string full_name;
        const toml::node& node;
    };
    template <class Use>
    void each(std::string_view key, std::string_view wanted, const Use& use) {
        const toml::table* table = table_of(key, wanted);
        if (table == nullptr) {
            return;
        }
        for (const auto& [name, node] : *table) {
            const std::string text(name.str());
            use(Member{text, named(key) + "." + text, node});
        }
    }

  private:
    Part& part_;
};

Section::Section(std::unique_ptr<Part> part) : part_(std::move(part)) {}
Section::Section(Section&& other) noexcept = default;
Section& Section::operator=(Section&& other) noexcept = default;
Section::~Section() = default;

Result<Section> Section::read_file(const std::filesystem::path& path) {
    try {
        auto file = std::make_shared<File>();
        file->path = path;
        file->folder = std::filesystem::absolute(path).parent_path();
        file->content = toml::parse_file(path.string());
        const toml::table* content = &file->content;
        return Section(std::make_unique<Part>(Part{std::move(file), content, ""}));
    } catch (const toml::parse_error& error) {
        const auto line = error.source().begin.line;
        return fail(
            ErrorCode::invalid,
            path.string() + (line == 0 ? "" : ":" + std::to_string(line)) + ": " +
                std::string(error.description())
        );
    }
}

void Section::read(std::string_view key, std::string& target) {
    Reader reader(*part_);
    if (const toml::node* node = reader.get(key)) {
        target = reader.text_of(*node, reader.named(key)).value_or(target);
    }
}

void Section::read(std::string_view key, std::filesystem::path& target) {
    std::string text;
    read(key, text);
    if (!text.empty()) {
        target = part_->file->folder / text;
    }
}

void Section::read(std::string_view key, Secret<std::string>& target) {
    Reader reader(*part_);
    if (const toml::node* node = reader.get(key)) {
        target = reader.secret_of(*node, reader.named(key)).value_or(target);
    }
}

void Section::read(std::string_view key, TextMap& target) {
    Reader reader(*part_);
    reader.each(key, "a table of texts", [&](const Reader::Member& member) {
        if (auto text = reader.text_of(member.node, member.full_name)) {
            target[member.name] = std::move(*text);
        }
    });
}

void Section::read(std::string_view key, SecretMap& target) {
    Reader reader(*part_);
    reader.each(key, "a table of secrets", [&](const Reader::Member& member) {
        if (auto secret = reader.secret_of(member.node, member.full_name)) {
            target[member.name] = std::move(*secret);
        }
    });
}

void Section::read(std::string_view key, std::vector<std::string>& target) {
    Reader reader(*part_);
    const toml::node* node = reader.get(key);
    if (node == nullptr) {
        return;
    }
    if (!node->is_array()) {
        reader.refuse(*node, reader.named(key), "a list of texts");
        return;
    }
    target.clear();
    for (const toml::node& one : *node->as_array()) {
        const std::string name = reader.named(key) + "[" + std::to_string(target.size()) + "]";
        target.push_back(reader.text_of(one, name).value_or(""));
    }
}

void Section::read_word(
    std::string_view key, std::string& target, std::span<const std::string_view> words
) {
    Reader reader(*part_);
    const toml::node* node = reader.get(key);
    if (node == nullptr) {
        return;
    }
    const auto text = node->value_exact<std::string>();
    if (!text || std::ranges::find(words, *text) == words.end()) {
        const std::string hint = text ? did_you_mean(*text, words) : "";
        reader.refuse(*node, reader.named(key), "one of " + joined(words) + hint);
        return;
    }
    target = *text;
}

void Section::read_number(std::string_view key, std::int64_t& target, const Range& range) {
    Reader reader(*part_);
    const toml::node* node = reader.get(key);
    if (node == nullptr) {
        return;
    }
    const auto number = node->value_exact<std::int64_t>();
    if (!number || *number < range.low || *number > range.high) {
        reader.refuse(
            *node,
            reader.named(key),
            "a whole number from " + std::to_string(range.low) + " to " + std::to_string(range.high)
        );
        return;
    }
    target = *number;
}

void Section::read_milliseconds(
    std::string_view key, std::chrono::milliseconds& target, const Range& range
) {
    std::int64_t count = target.count();
    read_number(key, count, range);
    target = std::chrono::milliseconds(count);
}

bool Section::is_present() const { return part_->table != nullptr; }

Section Section::below(std::string_view key) {
    Reader reader(*part_);
    const std::string name = reader.named(key);
    const toml::table* table = reader.table_of(key, "a table: write [" + name + "]");
    return Section(std::make_unique<Part>(Part{part_->file, table, name}));
}

std::vector<Section> Section::list(std::string_view key) {
    Reader reader(*part_);
    const std::string name = reader.named(key);
    const toml::node* node = reader.get(key);
    std::vector<Section> sections;
    if (node == nullptr) {
        return sections;
    }
    if (!node->is_array()) {
        reader.refuse(*node, name, "a list of tables: write [[" + name + "]]");
        return sections;
    }
    for (const toml::node& one : *node->as_array()) {
        const std::string item = name + "[" + std::to_string(sections.size()) + "]";
        if (!one.is_table()) {
            reader.refuse(one, item, "a table: write [[" + name + "]]");
        }
        sections.push_back(Section(std::make_unique<Part>(Part{part_->file, one.as_table(), item}))
        );
    }
    return sections;
}

void Section::refuse(std::string_view key, std::string_view wanted) {
    Reader reader(*part_);
    if (const toml::node* node = reader.get(key)) {
        reader.refuse(*node, reader.named(key), wanted);
    }
}

void Section::refuse_item(const Item& item, std::string_view wanted) {
    Reader reader(*part_);
    const toml::node* list = reader.get(item.key);
    const toml::array* items = list == nullptr ? nullptr : list->as_array();
    if (const toml::node* node = items == nullptr ? nullptr : items->get(item.index)) {
        const std::string name = reader.named(item.key) + "[" + std::to_string(item.index) + "]";
        reader.refuse(*node, name, wanted);
    }
}

void Section::refuse_secret(std::string_view key, std::string_view wanted) {
    Reader reader(*part_);
    if (const toml::node* node = reader.get(key)) {
        reader.refuse_secret(*node, reader.named(key), wanted);
    }
}

void Section::require(std::string_view key, std::string_view wanted) {
    part_->required.emplace_back(key, wanted);
}

void Section::finish() {
    Reader reader(*part_);
    if (part_->table != nullptr) {
        for (const auto& [key, node] : *part_->table) {
            if (!part_->known.contains(key.str())) {
                // Not its value: a mistyped key may hold a secret.
                reader.complain(
                    &node,
                    reader.named(key.str()) + " is not known, wanted one of " +
                        joined(part_->known) + did_you_mean(key.str(), part_->known)
                );
            }
        }
    }
    for (const auto& [key, wanted] : part_->required) {
        if (part_->table == nullptr || !part_->table->contains(key)) {
            reader.complain(part_->table, reader.named(key) + " is missing, wanted " + wanted);
        }
    }
}

Result<void> Section::verdict() const {
    if (!part_->file->problem.empty()) {
        return fail(ErrorCode::invalid, part_->file->problem);
    }
    return {};
}

std::string Section::origin() const { return at_line(part_->file->path, part_->table); }

}  // namespace sluice::config
