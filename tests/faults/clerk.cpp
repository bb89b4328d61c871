#include "faults/clerk.hpp"

#include <algorithm>

#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

constexpr const char* kVoter = "sun.li";
constexpr const char* kKindsOfTasks[] = {"settle", "give_back"};
constexpr const char* kPaidAgain = "paid_again_by_bank";
constexpr const char* kLeft = "left_with_merchant";
constexpr const char* kByBank = "by_bank";
/// Only money that was paid twice ends so, and that comes back by itself: its bank tells it again.
constexpr const char* kRecovered = "recovered_at_channel";

std::string movement_of(const Value& task) {
    const std::string id(task.text_or_empty("instruction_id"));
    return id.substr(id.find('_') + 1);
}

bool offers(const Value& task, std::string_view choice) {
    const Value* form = task.find("form");
    for (const Value& field : form == nullptr ? ValueArray{} : *form->as_array()) {
        const Value* choices = field.find("choices");
        const bool is_there = choices != nullptr && choices->as_array() != nullptr &&
                              std::ranges::any_of(*choices->as_array(), [&](const Value& each) {
                                  return each.as_text() != nullptr && *each.as_text() == choice;
                              });
        if (is_there) {
            return true;
        }
    }
    return false;
}

}  // namespace

Clerk::Clerk(Cluster& cluster, Notebook& notes)
    : people_(cluster), notes_(notes), thread_([this] { work(); }) {}

Clerk::~Clerk() {
    stopping_ = true;
    thread_.join();
}

void Clerk::work() {
    const auto looks_until_told_to_stop = [this] {
        for (const char* kind : kKindsOfTasks) {
            for (const Value& task : people_.open_tasks(kind)) {
                decide(task);
            }
        }
        return stopping_.load();
    };
    while (!eventually(looks_until_told_to_stop)) {
    }
}

bool Clerk::choose(const Value& task, const WordKey& about, WordTold& word) {
    const bool is_refund = about.first.starts_with("ref_");
    if (!is_refund || offers(task, kRecovered)) {
        return false;
    }
    if (word.kind == "give_back") {
        word.how = kByBank;
        return true;
    }
    // Asked again: there was no room to pay it.
    const bool may_pay = offers(task, kPaidAgain) && !notes_.word_about(about);
    word.how = may_pay && word.amount % 3 != 0 ? kPaidAgain : kLeft;
    return offers(task, word.how);
}

void Clerk::decide(const Value& task) {
    const std::string id(task.text_or_empty("id"));
    const WordKey about{std::string(task.text_or_empty("object_id")), movement_of(task)};
    WordTold word{
        .kind = std::string(task.text_or_empty("kind")),
        .how = {},
        .amount = task.int_or("amount", 0)
    };
    if (!choose(task, about, word)) {
        return;
    }
    const Value values(
        ValueObject{{"how", word.how}, {"evidence", "seen by " + std::string(kVoter)}}
    );
    const Reply voted = people_.approve(kVoter, id, values);
    // A vote that was sent again may find its task decided, by itself or by the channel.
    const std::string status(people_.task(id).text_or_empty("status"));
    if (status == "approved") {
        notes_.add(about, word);
    } else if (voted.status != 409) {
        notes_.complain("a vote about " + about.first + " (" + status + "): " + voted.why);
    }
}

}  // namespace sluice::testing
