#include "simulator/key_files.hpp"

#include <fstream>
#include <sstream>

namespace sluice::simulator {

Result<std::string> read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        return fail(ErrorCode::not_found, "cannot read the file " + file.string());
    }
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Result<std::string> read_line(const std::filesystem::path& file) {
    SLUICE_ASSIGN(std::string text, read_file(file));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    return text;
}

Result<std::string> text_member(const Value& customer, std::string_view name) {
    const std::string_view text = customer.text_or_empty(name);
    if (text.empty()) {
        return fail(
            ErrorCode::invalid,
            "a customer of the simulator lacks the text '" + std::string(name) + "'"
        );
    }
    return std::string(text);
}

std::vector<std::string> texts_member(const Value& customer, std::string_view name) {
    std::vector<std::string> texts;
    const Value* list = customer.find(name);
    if (list == nullptr || list->as_array() == nullptr) {
        return texts;
    }
    for (const Value& text : *list->as_array()) {
        texts.push_back(text.as_text() == nullptr ? std::string() : *text.as_text());
    }
    return texts;
}

}  // namespace sluice::simulator
