#include <array>
#include <string>
#include <string_view>

#include "lua/gate_parser.hpp"

namespace sluice::lua {
namespace {

constexpr int kOperatorsMax = 120;
constexpr int kChainMax = 64;
constexpr int kUnaryPriority = 12;

struct Operator {
    std::string_view sign;
    int left = 0;
    int right = 0;
    bool compares = false;
};

constexpr std::array kOperators{
    Operator{"or", 1, 1},
    Operator{"and", 2, 2},
    Operator{"<", 3, 3, true},
    Operator{">", 3, 3, true},
    Operator{"<=", 3, 3, true},
    Operator{">=", 3, 3, true},
    Operator{"~=", 3, 3, true},
    Operator{"==", 3, 3, true},
    Operator{"..", 9, 8},
    Operator{"+", 10, 10},
    Operator{"-", 10, 10},
    Operator{"*", 11, 11},
    Operator{"/", 11, 11},
    Operator{"//", 11, 11},
    Operator{"%", 11, 11},
};

const Operator* operator_of(const Token& token) {
    for (const Operator& candidate : kOperators) {
        if (token.is(candidate.sign)) {
            return &candidate;
        }
    }
    return nullptr;
}

bool is_bit_operator(const Token& token) {
    return token.is("&") || token.is("|") || token.is("~") || token.is("<<") || token.is(">>");
}

}  // namespace

GateParser::Expression GateParser::expression() {
    const Level level(*this);
    if (expression_depth_ == 0) {
        operators_ = 0;
    }
    ++expression_depth_;
    const Expression result = operation(0);
    --expression_depth_;
    return result;
}

void GateParser::count_operator(const Token& sign) {
    if (++operators_ > kOperatorsMax) {
        refuse(sign, "an expression has at most 120 operators: use a local for a part of it");
    }
}

GateParser::Expression GateParser::operation(int limit) {
    Expression result;
    const Token& first = now();
    if (first.is("not") || first.is("-") || first.is("#")) {
        count_operator(first);
        take();
        operation(kUnaryPriority);
        result.is_comparison = first.is("not");
    } else if (first.is("~")) {
        refuse(first, "bit operators are not available");
    } else {
        result = simple();
    }
    for (;;) {
        if (is_bit_operator(now())) {
            refuse(now(), "bit operators are not available");
        } else if (now().is("^")) {
            refuse(now(), "'^' is not available: its result differs between processors");
        }
        const Operator* found = operator_of(now());
        if (found == nullptr || found->left <= limit) {
            return result;
        }
        count_operator(now());
        take();
        operation(found->right);
        result = Expression{};
        result.is_comparison = found->compares;
    }
}

GateParser::Expression GateParser::simple() {
    const Token& token = now();
    const bool constant = token.kind == Token::Kind::number || token.kind == Token::Kind::text ||
                          token.is("nil") || token.is("true") || token.is("false") ||
                          token.is("...");
    if (constant) {
        take();
        return {};
    }
    if (token.is("{")) {
        table();
        return {};
    }
    if (token.is("function")) {
        take();
        function_body(token, false);
        return {};
    }
    return suffixed();
}

GateParser::Expression GateParser::suffixed() {
    const Token& first = now();
    Expression result;
    if (first.kind == Token::Kind::name) {
        take();
        result.is_assignable = true;
        result.name = &first;
    } else if (accept("(")) {
        result.is_comparison = expression().is_comparison;
        expect(")", "for the '(' of line " + std::to_string(first.line));
    } else {
        refuse(first, "a value is missing before " + first.describe());
        return result;
    }
    for (int chain = 0;; ++chain) {
        if (chain > kChainMax) {
            refuse(now(), "more than 64 accesses in a row: use a local in between");
        }
        const bool call = now().is("(") || now().is("{") || now().kind == Token::Kind::text;
        if (accept(".")) {
            expect_name("after '.'");
        } else if (now().is("[")) {
            index();
        } else if (accept(":")) {
            expect_name("after ':'");
            arguments();
            result = Expression{};
            result.is_call = true;
            continue;
        } else if (call) {
            arguments();
            result = Expression{};
            result.is_call = true;
            continue;
        } else {
            return result;
        }
        result = Expression{};
        result.is_assignable = true;
    }
}

void GateParser::index() {
    const Token& opener = take();
    // The interpreter compiles this wrongly in some places, so nobody may write it.
    if (expression().is_comparison) {
        refuse(opener, "a comparison cannot be an index: put it into a local first");
    }
    expect("]", "for the '[' of line " + std::to_string(opener.line));
}

void GateParser::expression_list() {
    do {
        expression();
    } while (accept(","));
}

void GateParser::arguments() {
    const Token& opener = now();
    if (opener.kind == Token::Kind::text) {
        take();
    } else if (opener.is("{")) {
        table();
    } else if (accept("(")) {
        if (!now().is(")")) {
            expression_list();
        }
        if (now().is("=")) {
            refuse(now(), "use == to compare, or {name = value} to pass a named value");
        }
        expect(")", "for the '(' of line " + std::to_string(opener.line));
    } else {
        refuse(opener, "a method is called with (...): write it before " + opener.describe());
    }
}

void GateParser::table() {
    const Level level(*this);
    const Token& opener = take();
    const std::string place = "for the '{' of line " + std::to_string(opener.line);
    while (!now().is("}") && now().kind != Token::Kind::end) {
        table_field();
        if (accept(",") || accept(";") || now().is("}")) {
            continue;
        }
        if (now().kind != Token::Kind::end) {
            refuse(now(), "a ',' is missing before " + now().describe());
        }
    }
    expect("}", place);
}

void GateParser::table_field() {
    if (now().is("[")) {
        index();
        if (expect("=", "after the key")) {
            expression();
        }
    } else if (now().kind == Token::Kind::name && ahead(1).is("=")) {
        take();
        take();
        expression();
    } else if (now().kind == Token::Kind::name && ahead(1).is(":") &&
               ahead(2).kind != Token::Kind::name) {
        refuse(ahead(1), "write = between a field and its value, not ':'");
    } else {
        expression();
    }
}

void GateParser::function_body(const Token& opener, bool is_method) {
    const Level level(*this);
    const std::size_t outer = locals_.size();
    const int outer_operators = operators_;
    const int outer_expression = expression_depth_;
    expression_depth_ = 0;
    ++function_;
    if (is_method) {
        declare("self");
    }
    parameters();
    block();
    expect_end(opener);
    --function_;
    expression_depth_ = outer_expression;
    operators_ = outer_operators;
    locals_.resize(outer);
}

void GateParser::parameters() {
    const Token& opener = now();
    if (!expect("(", "after 'function'")) {
        return;
    }
    while (!now().is(")") && now().kind != Token::Kind::end) {
        if (accept("...")) {
            break;
        }
        if (const Token* name = expect_name("in the parameters"); name != nullptr) {
            declare(name->word);
        }
        if (!accept(",") && !now().is(")")) {
            refuse(now(), "a ',' is missing before " + now().describe());
        }
    }
    expect(")", "for the '(' of line " + std::to_string(opener.line));
}

}  // namespace sluice::lua
