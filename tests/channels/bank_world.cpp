#include "channels/bank_world.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "channel/adapter_host.hpp"
#include "channel/crypto.hpp"
#include "channels/wechatpay_world.hpp"

namespace sluice::channel::testing {
namespace {

/// Whether it was there.
bool replace_first(std::string& text, std::string_view from, std::string_view to) {
    const std::size_t place = text.find(from);
    if (place != std::string::npos) {
        text.replace(place, from.size(), to);
    }
    return place != std::string::npos;
}

}  // namespace

RegistryPtr bank_registry(std::string_view from, std::string_view to) {
    ChannelAccountSettings account;
    account.name = "main";
    account.channel = "bank";
    account.settings = {
        {"base_url", "http://127.0.0.1:9"},
        {"callback_base_url", "https://pay.example.com"},
        {"account", std::string(kBankAccount)},
        {"collection_agreement", "VA20260001"}
    };
    account.secrets = {{"bank_key", Secret(std::string(kBankKey))}};
    auto files =
        read_adapter_folder(std::filesystem::path(SLUICE_SOURCE_DIR) / "channels" / "bank");
    bool is_replaced = replace_first(files.value().script, from, to);
    for (auto& [name, text] : files.value().libraries) {
        is_replaced = is_replaced || replace_first(text, from, to);
    }
    EXPECT_TRUE(is_replaced) << from;
    std::vector<ChannelAccountSettings> accounts;
    accounts.push_back(std::move(account));
    auto registry = Registry::build({files.value()}, std::move(accounts));
    EXPECT_TRUE(registry) << (registry ? "" : registry.error().message);
    return registry ? std::move(*registry) : nullptr;
}

ExchangeOrder bank_order(Operation operation) {
    const bool is_payout = operation == Operation::payout || operation == Operation::payout_query;
    ExchangeOrder order;
    order.operation = operation;
    order.description = "货款";
    order.instruction.id = InstructionId(Id128::parse(kNumber).value());
    order.instruction.channel = "bank";
    order.instruction.channel_account = "main";
    order.instruction.merchant = kBankAccount;
    order.instruction.amount = Money(is_payout ? 5000 : 7000, cny());
    order.instruction.created_at = test_now() - std::chrono::seconds(31);
    order.instruction.purpose = payment::purpose_of(operation);
    if (!is_payout) {
        order.instruction.scene = "transfer";
        order.instruction.expires_at = order.instruction.created_at + std::chrono::minutes(10);
        return order;
    }
    order.instruction.payee = Value(ValueObject{
        {"name", "张三"}, {"account_number", "6222020200112233445"}, {"bank_code", "102100099996"}
    });
    return order;
}

std::string bank_path(std::string_view operation) {
    const std::string base = "/bank/v1/";
    const std::string number(kNumber);
    if (operation == "statement") {
        return base + "statements/" + std::string(kStatementDay);
    }
    if (operation == "payout") {
        return base + "payouts";
    }
    if (operation == "payout_many") {
        return base + "payout_batches";
    }
    if (operation == "payout_query") {
        return base + "payouts/" + number;
    }
    if (operation == "collect") {
        return base + "collections";
    }
    if (operation == "query") {
        return base + "collections/" + number;
    }
    return base + (operation == "close" ? "collections/" + number + "/close" : "balance");
}

http::Headers bank_headers(std::string_view kind, SignedBy lines, std::string_view body) {
    if (kind == "none") {
        return {};
    }
    const std::string timestamp = kind == "stale" ? "1767225330" : "1767225600";
    const std::string nonce = "fdeXqJ3Zk0Yw8uTt";
    if (kind == "another_path") {
        lines.second = "/bank/v1/somewhere";
    }
    std::string text = lines.first + "\n" + lines.second + "\n" + timestamp + "\n" + nonce + "\n" +
                       sha256_hex(body) + "\n";
    if (kind == "wrong") {
        text += " ";
    }
    const bool is_another = kind == "another_account";
    return {
        {"Bank-Account", is_another ? "110060149019" : std::string(kBankAccount)},
        {"Bank-Timestamp", timestamp},
        {"Bank-Nonce", nonce},
        {"Bank-Signature", hmac_sha256_hex(Secret(std::string(kBankKey)), text)},
    };
}

Value consult_bank(
    const RegistryPtr& registry, std::string_view function, const http::Response& answer
) {
    AdapterHost host(registry->find_adapter("bank"));
    const Value subject(ValueObject{{"day", kStatementDay}});
    auto told = host.consult(
        {std::string(function), subject, &answer},
        *registry->find_account({"bank", "main"}),
        {test_now(), "nonce"}
    );
    return told ? *std::move(told) : Value(ValueObject{{"kind", "script_failed"}});
}

}  // namespace sluice::channel::testing
