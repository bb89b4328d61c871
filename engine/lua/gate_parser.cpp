#include "lua/gate_parser.hpp"

#include <utility>

namespace sluice::lua {
namespace {

constexpr int kNestingMax = 60;

}  // namespace

GateParser::Level::Level(GateParser& parser) : parser_(parser) {
    if (++parser_.depth_ > kNestingMax) {
        parser_.refuse(parser_.now(), "this is nested more than 60 deep");
    }
}

void GateParser::parse() {
    block();
    if (now().kind != Token::Kind::end) {
        refuse(now(), now().describe() + " has nothing to close here");
    }
}

const Token& GateParser::now() const { return tokens_[at_]; }

const Token& GateParser::ahead(std::size_t words) const {
    return at_ + words < tokens_.size() ? tokens_[at_ + words] : tokens_.back();
}

const Token& GateParser::take() {
    const Token& token = tokens_[at_];
    if (at_ + 1 < tokens_.size()) {
        ++at_;
    }
    return token;
}

bool GateParser::accept(std::string_view word) {
    if (!now().is(word)) {
        return false;
    }
    take();
    return true;
}

bool GateParser::expect(std::string_view word, const std::string& because) {
    if (accept(word)) {
        return true;
    }
    refuse(
        now(), "'" + std::string(word) + "' is missing " + because + ", before " + now().describe()
    );
    return false;
}

void GateParser::expect_end(const Token& opener) {
    if (accept("end")) {
        return;
    }
    refuse(
        now(),
        "'end' is missing for the '" + std::string(opener.word) + "' of line " +
            std::to_string(opener.line) + ", before " + now().describe()
    );
}

const Token* GateParser::expect_name(const std::string& because) {
    if (now().kind == Token::Kind::name) {
        return &take();
    }
    const bool reserved = now().kind == Token::Kind::keyword;
    refuse(
        now(),
        "a name is missing " + because + ": " + now().describe() +
            (reserved ? " is a word of the language" : " is none")
    );
    return nullptr;
}

void GateParser::refuse(const Token& where, std::string message) {
    if (!refusal_) {
        refusal_ = Refusal{where.line, std::move(message)};
    }
    at_ = tokens_.size() - 1;
}

void GateParser::declare(std::string_view name) { locals_.push_back({name, function_}); }

const GateParser::Local* GateParser::find_local(std::string_view name) const {
    for (auto local = locals_.rbegin(); local != locals_.rend(); ++local) {
        if (local->name == name) {
            return &*local;
        }
    }
    return nullptr;
}

void GateParser::check_assignment(const Token& name) {
    const Local* local = find_local(name.word);
    if (local == nullptr) {
        const std::string word(name.word);
        refuse(name, "'" + word + "' is not declared: write 'local " + word + "'");
        return;
    }
    if (local->function == function_) {
        return;
    }
    reassigned_.emplace_back(name.word);
    if (local->function == 0 && !captured_) {
        captured_ = CapturedAssignment{std::string(name.word), name.line};
    }
}

}  // namespace sluice::lua
