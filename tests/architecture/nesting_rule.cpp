#include <algorithm>
#include <regex>

#include "architecture/code_rules.hpp"

namespace sluice::architecture {
namespace {

constexpr int kNestingMax = 3;

enum class Brace { control, lambda, other };

/// What the text between the last statement and a '{' says the brace belongs to.
Brace kind_of(const std::string& head) {
    static const std::regex kControl(R"(^\s*(if|else|for|while|do|switch|try|catch)\b[^]*)");
    static const std::regex kLambda(
        R"([^]*\[[\w\s,&=*.:()]*\]\s*(\([^]*\))?\s*(mutable|noexcept|->[^;]*)?\s*$)"
    );
    if (std::regex_match(head, kControl)) {
        return Brace::control;
    }
    return std::regex_match(head, kLambda) ? Brace::lambda : Brace::other;
}

/// Reads code character by character and knows how deep in control statements it is.
class NestingMeter {
  public:
    /// True when this character opens one level too many.
    bool read(char c) {
        switch (c) {
            case '{':
                return open();
            case '}':
                close();
                return false;
            case ';':
                if (parentheses_ == 0) {
                    head_.clear();
                    return false;
                }
                break;
            case '(':
                ++parentheses_;
                break;
            case ')':
                --parentheses_;
                break;
            default:
                break;
        }
        head_.push_back(c);
        return false;
    }

  private:
    struct Opened {
        int depth;
        int parentheses;
        std::string head;
    };

    bool open() {
        const Brace kind = kind_of(head_);
        opened_.push_back({depth_, parentheses_, std::move(head_)});
        head_.clear();
        parentheses_ = 0;
        if (kind == Brace::control) {
            ++depth_;
        } else if (kind == Brace::lambda) {
            depth_ = 0;
        }
        return kind == Brace::control && depth_ > kNestingMax;
    }

    void close() {
        if (opened_.empty()) {
            return;
        }
        depth_ = opened_.back().depth;
        parentheses_ = opened_.back().parentheses;
        // Inside a call's parentheses the statement goes on behind a lambda or an initialiser.
        head_ = parentheses_ > 0 ? std::move(opened_.back().head) : std::string();
        opened_.pop_back();
    }

    int depth_ = 0;
    int parentheses_ = 0;
    std::string head_;
    std::vector<Opened> opened_;
};

bool is_preprocessor(const std::string& line) {
    const auto first = line.find_first_not_of(' ');
    return first != std::string::npos && (line[first] == '#' || line.ends_with('\\'));
}

}  // namespace

Findings check_nesting(const SourceFile& source) {
    Findings findings;
    NestingMeter meter;
    for (std::size_t i = 0; i < source.code.size(); ++i) {
        if (is_preprocessor(source.code[i])) {
            continue;
        }
        const std::string line = source.code[i] + "\n";
        if (std::ranges::count_if(line, [&](char c) { return meter.read(c); }) > 0) {
            findings.push_back({source.path, i + 1, "control statements nested more than 3 deep"});
        }
    }
    return findings;
}

}  // namespace sluice::architecture
