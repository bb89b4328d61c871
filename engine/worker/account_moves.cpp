#include "worker/account_moves.hpp"

#include <limits>

namespace sluice::worker {
namespace {

void add_to(std::int64_t& sum, std::int64_t amount) {
    if (__builtin_add_overflow(sum, amount, &sum)) {
        sum = std::numeric_limits<std::int64_t>::max();
    }
}

}  // namespace

std::size_t AccountMoves::slot_of(AccountId account, const Money& amount) {
    const auto [place, is_new] = slots_.try_emplace(account.raw(), moves_.size());
    const auto currency = amount.currency().code();
    if (is_new) {
        moves_.push_back({.account = account, .currency = std::string(currency)});
    } else if (moves_[place->second].currency != currency) {
        moves_[place->second].currency.clear();
    }
    return place->second;
}

void AccountMoves::add(const flow::AccountStep& step) {
    AccountMove& move = moves_[slot_of(step.account, step.amount)];
    const std::int64_t minor = step.amount.minor();
    switch (step.kind) {
        case flow::AccountStep::Kind::hold:
            add_to(move.frozen, minor);
            add_to(move.held, minor);
            break;
        case flow::AccountStep::Kind::capture:
        case flow::AccountStep::Kind::release:
            add_to(move.held, -minor);
            break;
        case flow::AccountStep::Kind::take:
            add_to(move.frozen, minor);
            break;
        case flow::AccountStep::Kind::give:
        case flow::AccountStep::Kind::restore:
            break;  // its line says it all
    }
}

EntryPlace AccountMoves::add(const flow::PostLine& line) {
    const std::size_t slot = slot_of(line.account, line.amount);
    AccountMove& move = moves_[slot];
    add_to(line.side == flow::Side::debit ? move.dr : move.cr, line.amount.minor());
    ++move.entries;
    return {.slot = static_cast<std::int64_t>(slot + 1), .turn = move.entries};
}

void AccountMoves::clear() {
    moves_.clear();
    slots_.clear();
}

}  // namespace sluice::worker
