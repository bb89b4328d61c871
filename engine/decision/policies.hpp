#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/value.hpp"
#include "decision/answer.hpp"
#include "lua/vm.hpp"
#include "script/release.hpp"

namespace sluice::decision {

/// The live policies, ready to be asked. Owned by one worker, one thread at a time; it keeps the
/// release it was made from until `adopt()` swaps it between two batches.
class Policies {
  public:
    /// `candidates`: what routing may choose from, a list of records (see scripts/routing). Every
    /// policy gets it frozen as its second argument.
    static Result<std::unique_ptr<Policies>> create(script::ReleasePtr release, Value candidates);

    /// Asks a policy. The answer is a record that carries its reasons and the release that gave it;
    /// `script` when the policy fails or answers with something else than the rules for answers
    /// allow.
    Result<Value> decide(std::string_view policy, const Value& facts);

    /// From the next decision on. On failure the old release stays.
    Result<void> adopt(script::ReleasePtr release);
    /// The same for what routing may choose from.
    Result<void> adopt(Value candidates);

  private:
    Policies(script::ReleasePtr release, Value candidates);
    Result<void> open_vm();

    script::ReleasePtr release_;
    Value candidates_;  ///< constants of every interpreter this opens
    AnswerRules rules_;
    std::unique_ptr<lua::Vm> vm_;
};

}  // namespace sluice::decision
