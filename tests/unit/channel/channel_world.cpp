#include "unit/channel/channel_world.hpp"

#include <gtest/gtest.h>

namespace sluice::channel::testing {
namespace {

constexpr std::string_view kScript = R"lua(
local function ask(instruction, account, context)
  return { method = "POST", path = "/ask", body = { number = instruction.number } }
end

local function read(instruction, account, answer, context)
  local body = json.decode(answer.body, "amount", "reference")
  local outcome = { kind = body.kind, number = instruction.number }
  if body.amount then outcome.amount = money(body.amount, "CNY") end
  return outcome
end

local operation = { resend = "idempotent", request = ask, response = read }

return {
  name = "toy",
  title = { en = "Toy", zh = "玩具" },
  capabilities = {
    scenes = { "qr" }, currencies = { "CNY" }, amount_max_minor = 1000000,
    expiry_max_seconds = 3600, description_max_bytes = 10,
  },
  answer_headers = { "x-signature" },
  masked = { "openid" },
  operations = {
    collect = operation,
    query = { request = ask, response = read },
    close = { resend = "never", request = ask, response = read },
  },
  callback = function(account, message, context)
    local notice = json.decode(message.body)
    if not notice then return { refuse = { status = 400, body = "garbage" } } end
    if message.headers["x-signature"] ~= "good" then
      return { refuse = { status = 401, body = { code = "FAIL" } } }
    end
    return {
      number = notice.number,
      outcome = { kind = "succeeded", number = notice.number, amount = money(7000, "CNY") },
      ack = { status = 200, body = "success" },
    }
  end,
}
)lua";

constexpr std::string_view kForm = R"({
  "merchant": "merchant",
  "hosts": ["pay.toy.example"],
  "fields": [
    {"name": "base_url", "kind": "text", "required": true, "title": {"en": "Address", "zh": "地址"}},
    {"name": "callback_base_url", "kind": "text", "required": false,
     "title": {"en": "Ours", "zh": "我方"}},
    {"name": "merchant", "kind": "text", "required": true, "title": {"en": "Merchant", "zh": "商户"}},
    {"name": "signing_key", "kind": "private_key", "required": false,
     "title": {"en": "Key", "zh": "私钥"}},
    {"name": "api_key", "kind": "secret", "required": false, "title": {"en": "Key", "zh": "密钥"}},
    {"name": "their_keys", "kind": "public_keys", "required": false,
     "title": {"en": "Keys", "zh": "公钥"}}
  ]
})";

}  // namespace

std::string toy_script(std::string_view from, std::string_view to) {
    std::string script(kScript);
    if (!from.empty()) {
        const std::size_t at = script.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        script.replace(at, from.size(), to);
    }
    return script;
}

AdapterFiles toy_adapter() { return toy_adapter(kScript); }

AdapterFiles toy_adapter(std::string_view script) {
    return {"toy", std::string(script), std::string(kForm)};
}

ChannelAccountSettings toy_account() {
    ChannelAccountSettings account;
    account.name = "one";
    account.channel = "toy";
    account.settings = {{"base_url", "https://pay.toy.example"}, {"merchant", "M1"}};
    return account;
}

RegistryPtr toy_registry(const AdapterFiles& adapter) {
    return toy_registry(adapter, toy_account());
}

RegistryPtr toy_registry(const AdapterFiles& adapter, ChannelAccountSettings account) {
    std::vector<ChannelAccountSettings> accounts;
    accounts.push_back(std::move(account));
    auto registry = Registry::build({adapter}, std::move(accounts));
    EXPECT_TRUE(registry) << (registry ? "" : registry.error().message);
    return registry ? std::move(*registry) : nullptr;
}

ExchangeOrder toy_order() {
    ExchangeOrder order;
    order.run = RunId(Id128::parse("01KDXW2E8B5F7M9Q3T6V8X0Z2D").value());
    order.ordinal = 3;
    order.instruction.id = InstructionId(Id128::parse("01KDXW2E8B5F7M9Q3T6V8X0Z2C").value());
    order.instruction.channel = "toy";
    order.instruction.channel_account = "one";
    order.instruction.scene = "qr";
    order.instruction.amount = Money(7000, cny());
    return order;
}

}  // namespace sluice::channel::testing
