#include "faults/account_office.hpp"

#include <fstream>
#include <iterator>

#include "faults/people.hpp"
#include "simulator/demo_keys.hpp"
#include "support/process_postgres.hpp"

namespace sluice::testing {

AccountOffice::AccountOffice(std::size_t nodes)
    : cluster_({.nodes = nodes, .more_configuration = channels_key_table()}) {}

std::string AccountOffice::key_text(const std::string& file) {
    std::ifstream in(DurableServer::instance().folder() / "keys" / file);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    return text;
}

Api AccountOffice::operator_at(std::size_t node) {
    return {cluster_.node(node).url(), kChannelsKey};
}

std::string AccountOffice::path_of(const std::string& name) {
    const Reply listed = operator_at(0).get("/v1/channel_accounts");
    const Value* list = listed.body.find("channel_accounts");
    for (const Value& account : list == nullptr ? ValueArray{} : *list->as_array()) {
        if (account.text_or_empty("name") == name) {
            return "/v1/channel_accounts/" + std::string(account.text_or_empty("id"));
        }
    }
    return "/v1/channel_accounts/none";
}

std::string AccountOffice::do_to(const std::string& name, const std::string& act) {
    const Reply done = operator_at(0).post(path_of(name) + "/" + act);
    EXPECT_EQ(done.status, 200) << done.why;
    return done.text("state");
}

Value AccountOffice::wechat(const std::string& name) {
    const std::string serial = key_text("platform_public_key_id.txt");
    return Value(ValueObject{
        {"channel", "wechatpay"},
        {"name", name},
        {"settings",
         ValueObject{
             {"base_url", cluster_.psp().url()},
             {"callback_base_url", cluster_.url()},
             {"mchid", "1900000110"},
             {"appid", "wxd678efh567hg6787"},
             {"merchant_serial", key_text("merchant_serial.txt")},
             {"platform_serial", serial}
         }},
        {"secrets",
         ValueObject{
             {"merchant_key", key_text("merchant_private.pem")},
             {"api_v3_key", key_text("api_v3_key.txt")},
             {"platform_key", key_text("platform_public.pem")}
         }},
        {"keys_by_serial", ValueObject{{serial, "platform_key"}}},
        {"routing", ValueObject{{"cost_basis_points", 1}}}
    });
}

Value AccountOffice::alipay(const std::string& name) {
    return Value(ValueObject{
        {"channel", "alipay"},
        {"name", name},
        {"settings",
         ValueObject{
             {"base_url", cluster_.psp().url()},
             {"callback_base_url", cluster_.url()},
             {"app_id", simulator::kDemoAlipayApp},
             {"seller_id", simulator::kDemoAlipaySeller}
         }},
        {"secrets",
         ValueObject{
             {"app_key", key_text("merchant_private.pem")},
             {"platform_key", key_text("platform_public.pem")}
         }},
        {"keys_by_serial", ValueObject{{"public_key", "platform_key"}}}
    });
}

Value AccountOffice::bank(const std::string& name) {
    return Value(ValueObject{
        {"channel", "bank"},
        {"name", name},
        {"settings",
         ValueObject{
             {"base_url", cluster_.psp().url()},
             {"callback_base_url", cluster_.url()},
             {"account", simulator::kDemoBankAccount}
         }},
        {"secrets", ValueObject{{"bank_key", key_text("bank_key.txt")}}}
    });
}

Value with_members(Value record, const std::string& name, const Value& members) {
    Value changed = *record.find(name);
    for (const auto& [member, value] : *members.as_object()) {
        changed.set(member, value);
    }
    record.set(name, std::move(changed));
    return record;
}

}  // namespace sluice::testing
