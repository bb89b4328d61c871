#pragma once

#include <string>
#include <vector>

#include "flows/flow_driver.hpp"

namespace sluice::testing {

/// What comes for a run after its end. Its kernel is read anew for every fact, as a worker does,
/// and every step must balance and ask for nothing. One thread.
class AfterTheEnd {
  public:
    explicit AfterTheEnd(const FlowDriver& over);

    /// False when nothing of it is news.
    bool hears(std::vector<flow::Fact> facts);
    bool hears(const payment::Instruction& about, const payment::Outcome& outcome) {
        return hears({told(about, outcome)});
    }
    /// What somebody says to the one open task.
    bool hears(
        const std::string& actor, const std::string& how, const std::string& role = "finance"
    );
    /// So much time passes, and the worker looks whether people are still asked.
    bool waits(std::chrono::seconds time);
    /// The one task that is open.
    [[nodiscard]] payment::Task task() const;
    [[nodiscard]] bool asks() const { return !tasks_.empty(); }
    /// A callback of the channel.
    static flow::Fact told(const payment::Instruction& about, const payment::Outcome& outcome);

    [[nodiscard]] const payment::Instruction& first(payment::Purpose purpose) const;
    /// The first that went to or came from a channel.
    [[nodiscard]] const payment::Instruction& external() const;
    [[nodiscard]] payment::SubjectStatus status() const { return picture_.subject.status; }
    /// Of the last step, as FlowDriver tells them.
    [[nodiscard]] std::vector<std::string> postings() const;
    [[nodiscard]] std::vector<std::string> claims() const;
    [[nodiscard]] std::vector<std::string> cases() const;

    flow::Step step;
    std::vector<flow::Recorded> refused;  ///< by the database, of the next step

    Value policy;  ///< what each answers; null: none can be asked

  private:
    void check() const;

    payment::Picture picture_;
    std::uint32_t seq_;
    Time now_;
    std::vector<InstructionId> contested_;
    std::vector<payment::Task> tasks_;
};

}  // namespace sluice::testing
