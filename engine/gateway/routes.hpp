#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/scope.hpp"

namespace sluice::gateway {

/// Every act that has a public address.
enum class Endpoint {
    create_order,
    list_orders,
    get_order,
    close_order,
    create_payment,
    list_payments,
    get_payment,
    close_payment,
    get_timeline,
    create_refund,
    list_refunds,
    get_refund,
    get_refund_timeline,
    create_payout,
    list_payouts,
    get_payout,
    get_payout_timeline,
    create_payout_batch,
    list_payout_batches,
    get_payout_batch,
    create_transfer,
    list_transfers,
    get_transfer,
    get_transfer_timeline,
    list_surpluses,
    open_account,
    list_accounts,
    get_account,
    top_up_account,
    list_entries,
    close_account,
    create_webhook_endpoint,
    list_webhook_endpoints,
    get_webhook_endpoint,
    change_webhook_endpoint,
    delete_webhook_endpoint,
    rotate_webhook_secret,
    test_webhook_endpoint,
    list_deliveries,
    get_delivery,
    redeliver,
    redeliver_since,
    reload_channels,
    create_channel_account,
    list_channel_accounts,
    get_channel_account,
    change_channel_account,
    go_live_channel_account,
    pause_channel_account,
    resume_channel_account,
    retire_channel_account,
    test_channel_account,
    top_up_channel_account,
    get_channel_account_balance,
    list_events,
    get_event,
    list_tasks,
    get_task,
    vote_on_task,
    receive_callback,
    healthz,
    readyz,
    metrics,
    openapi,
};

/// One public address. `{name}` in the pattern stands for one segment of the path.
struct Route {
    std::string_view method;
    std::string_view pattern;
    Endpoint endpoint;
    Scope scope;  ///< what a key needs to call it; `open`: no key is asked for
    /// Names that may stand in the query; where a key is asked for, any other is refused.
    std::span<const std::string_view> parameters{};
};

/// All public addresses: what is not in this list does not exist.
[[nodiscard]] std::span<const Route> routes();

/// Where a request leads. `route` is nullptr when no address fits; then `allowed` lists the methods
/// the path has ("GET, POST"), empty when the path itself is unknown.
struct Match {
    const Route* route = nullptr;
    std::vector<std::string> captures;  ///< still percent-encoded
    std::string allowed;
};

/// HEAD leads where GET does.
[[nodiscard]] Match match_route(std::string_view method, std::string_view path);

}  // namespace sluice::gateway
