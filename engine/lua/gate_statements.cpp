#include <array>
#include <utility>

#include "lua/gate_parser.hpp"

namespace sluice::lua {
namespace {

constexpr int kBranchesMax = 200;
constexpr int kBreaksMax = 500;

}  // namespace

bool GateParser::is_block_end() const {
    const Token& token = now();
    return token.kind == Token::Kind::end || token.is("end") || token.is("else") ||
           token.is("elseif") || token.is("until");
}

void GateParser::block() {
    const Level level(*this);
    const std::size_t outer = locals_.size();
    while (!is_block_end()) {
        if (now().is("return")) {
            return_statement();
            break;
        }
        statement();
    }
    locals_.resize(outer);
}

void GateParser::statement() {
    static constexpr std::array<std::pair<std::string_view, void (GateParser::*)()>, 8> kRules{{
        {"if", &GateParser::if_statement},
        {"while", &GateParser::while_statement},
        {"do", &GateParser::do_statement},
        {"for", &GateParser::for_statement},
        {"repeat", &GateParser::repeat_statement},
        {"function", &GateParser::function_statement},
        {"local", &GateParser::local_statement},
        {"break", &GateParser::break_statement},
    }};
    if (accept(";")) {
        return;
    }
    for (const auto& [word, rule] : kRules) {
        if (now().is(word)) {
            (this->*rule)();
            return;
        }
    }
    if (now().is("goto") || now().is("::")) {
        refuse(now(), "goto is not available: use a loop or a function");
        return;
    }
    expression_statement();
}

void GateParser::condition(std::string_view closer) {
    expression();
    if (now().is("=")) {
        refuse(now(), "use == to compare; = assigns");
    }
    if (!closer.empty()) {
        expect(closer, "after the condition");
    }
}

void GateParser::if_statement() {
    const Token& opener = now();
    int branches = 0;
    do {
        take();
        condition("then");
        block();
        if (++branches > kBranchesMax) {
            refuse(opener, "an if has at most 200 branches");
        }
    } while (now().is("elseif"));
    if (accept("else")) {
        block();
    }
    expect_end(opener);
}

void GateParser::while_statement() {
    const Token& opener = take();
    condition("do");
    block();
    expect_end(opener);
}

void GateParser::do_statement() {
    const Token& opener = take();
    block();
    expect_end(opener);
}

void GateParser::repeat_statement() {
    const Token& opener = take();
    const Level level(*this);
    const std::size_t outer = locals_.size();
    // Not block(): the condition sees the locals of the body.
    while (!is_block_end()) {
        if (now().is("return")) {
            return_statement();
            break;
        }
        statement();
    }
    if (expect("until", "for the 'repeat' of line " + std::to_string(opener.line))) {
        condition("");
    }
    locals_.resize(outer);
}

void GateParser::for_statement() {
    const Token& opener = take();
    const std::size_t outer = locals_.size();
    std::vector<std::string_view> names;
    do {
        const Token* name = expect_name("after 'for'");
        names.push_back(name == nullptr ? std::string_view() : name->word);
    } while (accept(","));
    if (names.size() == 1 && accept("=")) {
        expression();
        expect(",", "between the bounds of the loop");
        expression();
        if (accept(",")) {
            expression();
        }
    } else {
        expect("in", "after the names of the loop");
        expression_list();
    }
    expect("do", "after the head of the loop");
    for (const std::string_view name : names) {
        declare(name);
    }
    block();
    locals_.resize(outer);
    expect_end(opener);
}

void GateParser::function_statement() {
    const Token& opener = take();
    const Token* name = expect_name("after 'function'");
    if (name == nullptr) {
        return;
    }
    bool is_method = false;
    bool is_field = false;
    while (!is_method && (now().is(".") || now().is(":"))) {
        is_method = now().is(":");
        is_field = true;
        take();
        expect_name("after '" + std::string(is_method ? ":" : ".") + "'");
    }
    if (!is_field && find_local(name->word) == nullptr) {
        refuse(*name, "write 'local function " + std::string(name->word) + "'");
    } else if (!is_field) {
        check_assignment(*name);
    }
    function_body(opener, is_method);
}

void GateParser::local_statement() {
    take();
    if (now().is("function")) {
        const Token& opener = take();
        if (const Token* name = expect_name("after 'function'"); name != nullptr) {
            declare(name->word);
            function_body(opener, false);
        }
        return;
    }
    std::vector<std::string_view> names;
    do {
        const Token* name = expect_name("after 'local'");
        names.push_back(name == nullptr ? std::string_view() : name->word);
        if (now().is("<")) {
            refuse(now(), "attributes such as <const> and <close> are not available");
        }
    } while (accept(","));
    if (accept("=")) {
        expression_list();
    }
    for (const std::string_view name : names) {
        declare(name);
    }
}

void GateParser::return_statement() {
    if (function_ == 0) {
        result_line_ = now().line;
    }
    take();
    if (!is_block_end() && !now().is(";")) {
        expression_list();
    }
    accept(";");
    if (!is_block_end()) {
        refuse(now(), "'return' must be the last step of its block, before " + now().describe());
    }
}

void GateParser::break_statement() {
    if (++breaks_ > kBreaksMax) {
        refuse(now(), "a script has at most 500 breaks");
        return;
    }
    take();
}

void GateParser::refuse_foreign_statement(const Token& first) {
    const bool two_words = now().kind == Token::Kind::name || now().kind == Token::Kind::text;
    if (first.word == "continue") {
        refuse(first, "there is no 'continue': put the rest of the loop into an if");
    } else if (now().is("==")) {
        refuse(now(), "this compares and does nothing with the answer: use = to assign");
    } else if (two_words && first.line == now().line) {
        refuse(first, "'" + std::string(first.word) + "' is not a step: call it or assign to it");
    } else {
        refuse(
            first, first.describe() + " is not a step by itself: call a function or assign with ="
        );
    }
}

void GateParser::expression_statement() {
    const Token& first = now();
    const Expression left = suffixed();
    if (now().is("=") || now().is(",")) {
        Expression target = left;
        for (;;) {
            if (!target.is_assignable) {
                refuse(first, "the left side of '=' must be a name or a field");
            }
            if (target.name != nullptr) {
                check_assignment(*target.name);
            }
            if (!accept(",")) {
                break;
            }
            target = suffixed();
        }
        if (expect("=", "in this assignment")) {
            expression_list();
        }
        return;
    }
    if (!left.is_call) {
        refuse_foreign_statement(first);
    }
}

}  // namespace sluice::lua
