#include "gateway/dispatch.hpp"

#include <algorithm>
#include <array>

#include "gateway/accounts_api.hpp"
#include "gateway/callbacks.hpp"
#include "gateway/channel_accounts_api.hpp"
#include "gateway/channels_api.hpp"
#include "gateway/deliveries_api.hpp"
#include "gateway/events_api.hpp"
#include "gateway/order_closing.hpp"
#include "gateway/orders_api.hpp"
#include "gateway/payment_list.hpp"
#include "gateway/payments_api.hpp"
#include "gateway/payout_batches_api.hpp"
#include "gateway/payouts_api.hpp"
#include "gateway/refunds_api.hpp"
#include "gateway/surpluses_api.hpp"
#include "gateway/system_api.hpp"
#include "gateway/tasks_api.hpp"
#include "gateway/transfers_api.hpp"
#include "gateway/webhooks_api.hpp"

namespace sluice::gateway {
namespace {

struct Row {
    Endpoint endpoint;
    Handler handler;
};

template <auto serve>
Reply reply(const Services& services, const Call& call) {
    return serve(services, call);
}

Reply reply_healthz(const Services& /*services*/, const Call& /*call*/) { return get_healthz(); }
Reply reply_readyz(const Services& services, const Call& /*call*/) { return get_readyz(services); }
Reply reply_openapi(const Services& /*services*/, const Call& /*call*/) { return get_openapi(); }

constexpr std::array kHandlers{
    Row{Endpoint::create_order, reply<create_order>},
    Row{Endpoint::list_orders, reply<list_orders>},
    Row{Endpoint::get_order, reply<get_order>},
    Row{Endpoint::close_order, reply<close_order>},
    Row{Endpoint::create_payment, reply<create_payment>},
    Row{Endpoint::list_payments, reply<list_payments>},
    Row{Endpoint::get_payment, reply<get_payment>},
    Row{Endpoint::close_payment, reply<close_payment>},
    Row{Endpoint::get_timeline, reply<get_timeline>},
    Row{Endpoint::create_refund, reply<create_refund>},
    Row{Endpoint::list_refunds, reply<list_refunds>},
    Row{Endpoint::get_refund, reply<get_refund>},
    Row{Endpoint::get_refund_timeline, reply<get_refund_timeline>},
    Row{Endpoint::create_payout, reply<create_payout>},
    Row{Endpoint::list_payouts, reply<list_payouts>},
    Row{Endpoint::get_payout, reply<get_payout>},
    Row{Endpoint::get_payout_timeline, reply<get_payout_timeline>},
    Row{Endpoint::create_payout_batch, reply<create_payout_batch>},
    Row{Endpoint::list_payout_batches, reply<list_payout_batches>},
    Row{Endpoint::get_payout_batch, reply<get_payout_batch>},
    Row{Endpoint::create_transfer, reply<create_transfer>},
    Row{Endpoint::list_transfers, reply<list_transfers>},
    Row{Endpoint::get_transfer, reply<get_transfer>},
    Row{Endpoint::get_transfer_timeline, reply<get_transfer_timeline>},
    Row{Endpoint::list_surpluses, reply<list_surpluses>},
    Row{Endpoint::open_account, reply<open_account>},
    Row{Endpoint::list_accounts, reply<list_accounts>},
    Row{Endpoint::get_account, reply<get_account>},
    Row{Endpoint::top_up_account, reply<top_up_account>},
    Row{Endpoint::list_entries, reply<list_entries>},
    Row{Endpoint::close_account, reply<close_account>},
    Row{Endpoint::create_webhook_endpoint, reply<create_webhook_endpoint>},
    Row{Endpoint::list_webhook_endpoints, reply<list_webhook_endpoints>},
    Row{Endpoint::get_webhook_endpoint, reply<get_webhook_endpoint>},
    Row{Endpoint::change_webhook_endpoint, reply<change_webhook_endpoint>},
    Row{Endpoint::delete_webhook_endpoint, reply<delete_webhook_endpoint>},
    Row{Endpoint::rotate_webhook_secret, reply<rotate_webhook_secret>},
    Row{Endpoint::test_webhook_endpoint, reply<test_webhook_endpoint>},
    Row{Endpoint::list_deliveries, reply<list_deliveries>},
    Row{Endpoint::get_delivery, reply<get_delivery>},
    Row{Endpoint::redeliver, reply<redeliver>},
    Row{Endpoint::redeliver_since, reply<redeliver_since>},
    Row{Endpoint::reload_channels, reply<reload_channels>},
    Row{Endpoint::list_channel_accounts, reply<list_channel_accounts>},
    Row{Endpoint::create_channel_account, reply<create_channel_account>},
    Row{Endpoint::get_channel_account, reply<get_channel_account>},
    Row{Endpoint::change_channel_account, reply<change_channel_account>},
    Row{Endpoint::go_live_channel_account, reply<go_live_channel_account>},
    Row{Endpoint::pause_channel_account, reply<pause_channel_account>},
    Row{Endpoint::resume_channel_account, reply<resume_channel_account>},
    Row{Endpoint::retire_channel_account, reply<retire_channel_account>},
    Row{Endpoint::test_channel_account, reply<test_channel_account>},
    Row{Endpoint::top_up_channel_account, reply<top_up_channel_account>},
    Row{Endpoint::get_channel_account_balance, reply<get_channel_account_balance>},
    Row{Endpoint::list_events, reply<list_events>},
    Row{Endpoint::get_event, reply<get_event>},
    Row{Endpoint::list_tasks, reply<list_tasks>},
    Row{Endpoint::get_task, reply<get_task>},
    Row{Endpoint::vote_on_task, reply<vote_on_task>},
    Row{Endpoint::receive_callback, reply<receive_callback>},
    Row{Endpoint::healthz, reply_healthz},
    Row{Endpoint::readyz, reply_readyz},
    Row{Endpoint::metrics, nullptr},
    Row{Endpoint::openapi, reply_openapi},
};

}  // namespace

Handler handler_of(Endpoint endpoint) {
    const auto* found = std::ranges::find(kHandlers, endpoint, &Row::endpoint);
    return found == kHandlers.end() ? nullptr : found->handler;
}

}  // namespace sluice::gateway
