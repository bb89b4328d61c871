#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lua/gate.hpp"
#include "lua/gate_lexer.hpp"

namespace sluice::lua {

/// Reads the words of a script by the grammar, keeping track of which names are local. It builds
/// nothing; it finds the first reason to refuse. After one, every word reads as the end of the
/// script, so that all rules return quickly.
class GateParser {
  public:
    explicit GateParser(const std::vector<Token>& tokens) : tokens_(tokens) {}

    void parse();

    [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }
    [[nodiscard]] const std::optional<CapturedAssignment>& captured() const { return captured_; }
    [[nodiscard]] const std::vector<std::string>& reassigned() const { return reassigned_; }
    [[nodiscard]] int result_line() const { return result_line_; }

  private:
    /// What a rule for expressions says about the one it read.
    struct Expression {
        bool is_comparison = false;  ///< its outermost operator compares or negates
        bool is_call = false;
        bool is_assignable = false;
        const Token* name = nullptr;  ///< when it is a bare name
    };
    struct Local {
        std::string_view name;
        int function = 0;
    };
    /// Counts one level of nesting while it lives.
    class Level;

    // gate_parser.cpp
    const Token& now() const;
    const Token& ahead(std::size_t words) const;
    const Token& take();
    bool accept(std::string_view word);
    bool expect(std::string_view word, const std::string& because);
    void expect_end(const Token& opener);
    const Token* expect_name(const std::string& because);
    void refuse(const Token& where, std::string message);
    void declare(std::string_view name);
    const Local* find_local(std::string_view name) const;
    void check_assignment(const Token& name);

    // gate_statements.cpp
    void block();
    void statement();
    void if_statement();
    void while_statement();
    void do_statement();
    void repeat_statement();
    void for_statement();
    void function_statement();
    void local_statement();
    void return_statement();
    void break_statement();
    void expression_statement();
    void condition(std::string_view closer);
    void refuse_foreign_statement(const Token& first);
    bool is_block_end() const;

    // gate_expressions.cpp
    Expression expression();
    Expression operation(int limit);
    Expression simple();
    Expression suffixed();
    void expression_list();
    void arguments();
    void table();
    void table_field();
    void index();
    void function_body(const Token& opener, bool is_method);
    void parameters();
    void count_operator(const Token& sign);

    const std::vector<Token>& tokens_;
    std::size_t at_ = 0;
    std::vector<Local> locals_;
    int function_ = 0;
    int depth_ = 0;
    int expression_depth_ = 0;
    int operators_ = 0;
    int breaks_ = 0;
    int result_line_ = 0;
    std::optional<Refusal> refusal_;
    std::optional<CapturedAssignment> captured_;
    std::vector<std::string> reassigned_;
};

class GateParser::Level {
  public:
    explicit Level(GateParser& parser);
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

  private:
    GateParser& parser_;
};

}  // namespace sluice::lua
