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

constexpr std::string_view kMoreCapabilities = R"lua(description_max_bytes = 10,
    not_found_after_seconds = 60,
    refund = { window_seconds = 3600, parts_max = 3, reason_max_bytes = 12 },
    payout = { methods = { "bank_card" }, amount_min_minor = 100, amount_max_minor = 500000 },)lua";

constexpr std::string_view kMoreOperations = R"lua(operations = {
    refund = {
      request = function(i)
        return { method = "POST", path = "/refund", body = {
          number = i.number, amount = i.amount:minor(), reason = i.reason,
          original = i.original.number, total = i.original.amount:minor(),
          reference = i.original.channel_reference,
        } }
      end,
      response = read,
    },
    refund_query = operation,
    payout = {
      request = function(i)
        return { method = "POST", path = "/payout?to=" .. i.payee.account, body = {
          method = i.scene, bank = i.payee.bank, account = i.payee.account,
          iban = i.payee.account, name = i.payee.name or "nobody", text = i.description,
        } }
      end,
      response = read,
    },
    payout_query = operation,)lua";

constexpr std::string_view kManyCapability =
    "amount_max_minor = 500000, many = { lines_max = 3, amount_max_minor = 300000 } },";

constexpr std::string_view kManyOperation = R"lua(payout_many = {
      request = function(many)
        local lines = {}
        for _, each in ipairs(many.instructions) do
          list.insert(lines, {
            number = each.number, amount = each.amount:minor(), account = each.payee.account,
            bank = each.payee.bank, text = each.description,
          })
        end
        return { method = "POST", path = "/many", body = {
          number = many.number, total = many.total:minor(), payouts = { lines = lines },
        } }
      end,
      response = function(many, account, answer)
        local body = json.decode(answer.body, "whole", "lines", "number", "lines.amount")
        if body.whole then return { whole = { kind = body.whole, code = "ALL" } } end
        if body.number then return { lines = many.instructions } end
        for _, line in ipairs(body.lines) do
          if line.amount then line.amount = money(line.amount, "CNY") end
        end
        return { lines = body.lines }
      end,
    },
    payout = {
)lua";

constexpr std::string_view kPayee = R"("payee": [
    {"name": "bank", "kind": "text", "required": true, "title": {"en": "Bank", "zh": "银行"}},
    {"name": "account", "kind": "secret", "required": true, "identifies": "loosely",
     "title": {"en": "No", "zh": "账号"}},
    {"name": "name", "kind": "secret", "required": false, "title": {"en": "Name", "zh": "户名"}}
  ],
  "fields")";

void replace_first(std::string& text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
}

}  // namespace

std::string toy_script(std::string_view from, std::string_view to) {
    std::string script(kScript);
    if (!from.empty()) {
        replace_first(script, from, to);
    }
    return script;
}

AdapterFiles toy_adapter() { return toy_adapter(kScript); }

AdapterFiles toy_adapter(std::string_view script) {
    return {"toy", std::string(script), std::string(kForm)};
}

AdapterFiles generous_adapter() { return generous_adapter("", ""); }

AdapterFiles generous_adapter(std::string_view from, std::string_view to) {
    AdapterFiles files = toy_adapter();
    replace_first(files.script, "description_max_bytes = 10,", kMoreCapabilities);
    replace_first(files.script, "operations = {", kMoreOperations);
    replace_first(files.form, "\"fields\"", kPayee);
    replace_first(files.script, from, to);
    return files;
}

AdapterFiles many_adapter() { return many_adapter("", ""); }

AdapterFiles many_adapter(std::string_view from, std::string_view to) {
    AdapterFiles files = generous_adapter("amount_max_minor = 500000 },", kManyCapability);
    replace_first(files.script, "payout = {\n", kManyOperation);
    replace_first(files.script, from, to);
    return files;
}

ChannelAccountSettings gathering_account(std::chrono::milliseconds payout_gather) {
    ChannelAccountSettings account = toy_account();
    account.payout_gather = payout_gather;
    return account;
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

ExchangeOrder toy_refund() {
    ExchangeOrder order = toy_order();
    order.operation = Operation::refund;
    order.description = "too sour";
    order.instruction.purpose = payment::Purpose::refund;
    order.instruction.amount = Money(2500, cny());
    order.instruction.original.id =
        InstructionId(Id128::parse("01KDXVZQ4M8N2P6R0S4T8V2W6X").value());
    order.instruction.original.amount = Money(7000, cny());
    order.instruction.original.channel_reference = "T1";
    return order;
}

ExchangeOrder toy_payout() {
    ExchangeOrder order = toy_order();
    order.operation = Operation::payout;
    order.description = "wages";
    order.instruction.purpose = payment::Purpose::payout;
    order.instruction.scene = "bank_card";
    order.instruction.payee = ValueObject{{"account", "62220210"}, {"bank", "ICBC"}};
    return order;
}

ExchangeOrder toy_payout(char last, std::int64_t amount_minor) {
    ExchangeOrder order = toy_payout();
    std::string number = order.instruction.id.raw().to_string();
    number.back() = last;
    order.instruction.id = InstructionId(Id128::parse(number).value());
    order.instruction.amount = Money(amount_minor, cny());
    order.instruction.payee.set("account", std::string("6222021") + last);
    return order;
}

}  // namespace sluice::channel::testing
