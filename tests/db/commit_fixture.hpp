#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/hand_made.hpp"
#include "ledger/ledger_store.hpp"
#include "support/test_database.hpp"

namespace sluice::testing {

using CommitRefusals = Result<std::vector<worker::Refusal>>;

/// Calls the statement as the worker does, and looks at every row afterwards.
class CommitFixture : public ::testing::Test {
  protected:
    void TearDown() override { EXPECT_THAT(database_.unsound(), ::testing::IsEmpty()); }

    AccountId given_card(std::int64_t amount_minor) {
        ledger::LedgerStore store(connection_);
        const std::string name = "card_" + std::to_string(++cards_);
        const AccountId card = *store.open_account({
            .key = {.gl = ledger::kPrepaidCard, .owner = name, .currency = "CNY"},
            .floor_minor = 0,
            .ceil_minor = std::nullopt,
        });
        const Money amount{amount_minor, cny()};
        EXPECT_TRUE(store.top_up({card, amount, "shop", name, kHandMadeNow}).has_value());
        return card;
    }
    HandMade payment_from(AccountId card, std::int64_t amount_minor) {
        return HandMade(random_, card, amount_minor);
    }
    template <class... Activations>
    CommitRefusals commit(Activations&... activations) {
        batch_.clear();
        (batch_.add(activations.activated()), ...);
        return batch_.commit(connection_);
    }
    /// Commits what nothing speaks against.
    void given(HandMade& activation) {
        const CommitRefusals refusals = commit(activation);
        ASSERT_TRUE(refusals.has_value()) << refusals.error().message;
        ASSERT_THAT(*refusals, ::testing::IsEmpty());
    }

    /// Somebody lets go of what the run holds, behind the engine's back.
    void given_released(const HandMade& run) {
        const std::string id = run.picture.instructions.front().id.raw().to_uuid();
        ASSERT_TRUE(owner_.run(
            "UPDATE sluice.balance b SET held = b.held - i.amount FROM sluice.instruction i "
            "WHERE i.account_id = b.account_id AND i.id = '" +
            id + "'; UPDATE sluice.instruction SET status = 'released' WHERE id = '" + id + "'"
        ));
    }
    std::int64_t number(const std::string& sql) {
        const auto rows = owner_.run(sql);
        EXPECT_TRUE(rows.has_value()) << rows.error().message;
        return (*rows)[0].int64(0);
    }
    std::int64_t count(const std::string& table) {
        return number("SELECT count(*) FROM sluice." + table);
    }
    /// A print of every row, by its table.
    std::map<std::string, std::string> prints() {
        std::map<std::string, std::string> by_table;
        const auto tables =
            owner_.run("SELECT tablename FROM pg_tables WHERE schemaname = 'sluice'");
        EXPECT_TRUE(tables.has_value()) << tables.error().message;
        for (const db::Row table : *tables) {
            const std::string name(table.text(0));
            const auto print = owner_.run(
                "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM sluice." + name + " t"
            );
            EXPECT_TRUE(print.has_value()) << print.error().message;
            by_table[name] = (*print)[0].text_or_empty(0);
        }
        return by_table;
    }
    std::int64_t held() { return number("SELECT sum(held)::bigint FROM sluice.balance"); }

    TestDatabase database_;
    db::Connection owner_ = database_.connect();
    db::Connection connection_ = database_.connect({.statement_timeout = {}, .role = "sluice_app"});
    SeededRandom random_{11};
    worker::Batch batch_;
    int cards_ = 0;
};

}  // namespace sluice::testing
