#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json_record.hpp"
#include "payment/payment.hpp"

// What the objects of the API have in common: as a Value, or as JSON at the end of a text.

namespace sluice::gateway {

/// What is not known, or is empty, is null.
[[nodiscard]] inline Value or_null(const std::optional<Time>& time) {
    return time ? Value(format_rfc3339(*time)) : Value();
}
[[nodiscard]] inline Value or_null(const std::string& text) {
    return text.empty() ? Value() : Value(text);
}

template <class T>
void append_list(
    std::string& out, const std::vector<T>& items, void (*append)(std::string&, const T&)
) {
    out.push_back('[');
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) {
            out.push_back(',');
        }
        append(out, items[i]);
    }
    out.push_back(']');
}

/// null when it has not failed.
inline void append_failure(std::string& out, const payment::Subject& subject) {
    if (subject.failure_code.empty()) {
        out += "null";
        return;
    }
    JsonRecord body(out);
    body.add("code", subject.failure_code);
    body.add("message", subject.failure_message);
    body.end();
}

/// The latest instruction of which a channel wants somebody to do something, and still waits for
/// it; nullptr when there is none.
inline const payment::Instruction* asking_instruction(const payment::Picture& picture) {
    const payment::Instruction* asking = nullptr;
    for (const payment::Instruction& instruction : picture.instructions) {
        const bool waits = instruction.status == payment::InstructionStatus::pending;
        if (waits && instruction.next_action.as_object() != nullptr) {
            asking = &instruction;
        }
    }
    return payment::is_final(picture.subject.status) ? nullptr : asking;
}

/// The members of a list, and where it goes on.
template <class T>
struct PageOf {
    std::string_view name;
    const std::vector<T>& items;
    const std::string& next_cursor;
};

/// {"orders":[...],"next_cursor":...}; no cursor: null.
template <class T>
std::string render_page_of(const PageOf<T>& page, void (*append)(std::string&, const T&)) {
    std::string out;
    JsonRecord body(out);
    body.begin(page.name);
    append_list(out, page.items, append);
    body.add_or_null("next_cursor", page.next_cursor);
    body.end();
    return out;
}

}  // namespace sluice::gateway
