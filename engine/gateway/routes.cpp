#include "gateway/routes.hpp"

#include <optional>
#include <utility>

namespace sluice::gateway {
namespace {

constexpr std::array<std::string_view, 8> kOrderList{
    "merchant_id",
    "status",
    "product_code",
    "merchant_order_number",
    "created_from",
    "created_to",
    "cursor",
    "limit",
};
constexpr std::array<std::string_view, 7> kPaymentList{
    "merchant_id", "order_id", "status", "created_from", "created_to", "cursor", "limit"
};
constexpr std::array<std::string_view, 9> kRefundList{
    "merchant_id",
    "order_id",
    "payment_id",
    "merchant_refund_number",
    "status",
    "created_from",
    "created_to",
    "cursor",
    "limit",
};
constexpr std::array<std::string_view, 8> kPayoutList{
    "merchant_id",
    "status",
    "merchant_payout_number",
    "order_id",
    "created_from",
    "created_to",
    "cursor",
    "limit",
};
constexpr std::array<std::string_view, 6> kPayoutBatchList{
    "merchant_id", "merchant_batch_number", "created_from", "created_to", "cursor", "limit"
};
constexpr std::array<std::string_view, 7> kTransferList{
    "merchant_id",
    "status",
    "merchant_transfer_number",
    "created_from",
    "created_to",
    "cursor",
    "limit",
};
constexpr std::array<std::string_view, 4> kSurplusList{"merchant_id", "day", "cursor", "limit"};
constexpr std::array<std::string_view, 2> kAccountList{"merchant_id", "owner_number"};
constexpr std::array<std::string_view, 2> kPage{"cursor", "limit"};

constexpr std::array<std::string_view, 3> kDeliveryPage{"status", "cursor", "limit"};
constexpr std::array<std::string_view, 4> kEventPage{"types", "object_id", "cursor", "limit"};
constexpr std::array<std::string_view, 8> kTaskList{
    "merchant_id", "status", "role", "kind", "created_from", "created_to", "cursor", "limit"
};

constexpr std::array kRoutes{
    Route{"POST", "/v1/orders", Endpoint::create_order, Scope::orders},
    Route{"GET", "/v1/orders", Endpoint::list_orders, Scope::orders, kOrderList},
    Route{"GET", "/v1/orders/{order_id}", Endpoint::get_order, Scope::orders},
    Route{"POST", "/v1/orders/{order_id}/close", Endpoint::close_order, Scope::orders},
    Route{"POST", "/v1/payments", Endpoint::create_payment, Scope::payments},
    Route{"GET", "/v1/payments", Endpoint::list_payments, Scope::payments, kPaymentList},
    Route{"GET", "/v1/payments/{payment_id}", Endpoint::get_payment, Scope::payments},
    Route{"POST", "/v1/payments/{payment_id}/close", Endpoint::close_payment, Scope::payments},
    Route{"GET", "/v1/payments/{payment_id}/timeline", Endpoint::get_timeline, Scope::payments},
    Route{"POST", "/v1/refunds", Endpoint::create_refund, Scope::refunds},
    Route{"GET", "/v1/refunds", Endpoint::list_refunds, Scope::refunds, kRefundList},
    Route{"GET", "/v1/refunds/{refund_id}", Endpoint::get_refund, Scope::refunds},
    Route{"GET", "/v1/refunds/{refund_id}/timeline", Endpoint::get_refund_timeline, Scope::refunds},
    Route{"POST", "/v1/payouts", Endpoint::create_payout, Scope::payouts},
    Route{"GET", "/v1/payouts", Endpoint::list_payouts, Scope::payouts, kPayoutList},
    Route{"GET", "/v1/payouts/{payout_id}", Endpoint::get_payout, Scope::payouts},
    Route{"GET", "/v1/payouts/{payout_id}/timeline", Endpoint::get_payout_timeline, Scope::payouts},
    Route{"POST", "/v1/payout_batches", Endpoint::create_payout_batch, Scope::payouts},
    Route{
        "GET", "/v1/payout_batches", Endpoint::list_payout_batches, Scope::payouts, kPayoutBatchList
    },
    Route{
        "GET", "/v1/payout_batches/{batch_id}", Endpoint::get_payout_batch, Scope::payouts, kPage
    },
    Route{"POST", "/v1/transfers", Endpoint::create_transfer, Scope::transfers},
    Route{"GET", "/v1/transfers", Endpoint::list_transfers, Scope::transfers, kTransferList},
    Route{"GET", "/v1/transfers/{transfer_id}", Endpoint::get_transfer, Scope::transfers},
    Route{
        "GET",
        "/v1/transfers/{transfer_id}/timeline",
        Endpoint::get_transfer_timeline,
        Scope::transfers
    },
    Route{"GET", "/v1/surpluses", Endpoint::list_surpluses, Scope::payments, kSurplusList},
    Route{"POST", "/v1/accounts", Endpoint::open_account, Scope::accounts},
    Route{"GET", "/v1/accounts", Endpoint::list_accounts, Scope::accounts, kAccountList},
    Route{"GET", "/v1/accounts/{account_id}", Endpoint::get_account, Scope::accounts},
    Route{"POST", "/v1/accounts/{account_id}/top_ups", Endpoint::top_up_account, Scope::accounts},
    Route{
        "GET", "/v1/accounts/{account_id}/entries", Endpoint::list_entries, Scope::accounts, kPage
    },
    Route{"POST", "/v1/accounts/{account_id}/close", Endpoint::close_account, Scope::accounts},
    Route{"POST", "/v1/webhook_endpoints", Endpoint::create_webhook_endpoint, Scope::webhooks},
    Route{"GET", "/v1/webhook_endpoints", Endpoint::list_webhook_endpoints, Scope::webhooks},
    Route{
        "GET",
        "/v1/webhook_endpoints/{endpoint_id}",
        Endpoint::get_webhook_endpoint,
        Scope::webhooks
    },
    Route{
        "PATCH",
        "/v1/webhook_endpoints/{endpoint_id}",
        Endpoint::change_webhook_endpoint,
        Scope::webhooks
    },
    Route{
        "DELETE",
        "/v1/webhook_endpoints/{endpoint_id}",
        Endpoint::delete_webhook_endpoint,
        Scope::webhooks
    },
    Route{
        "POST",
        "/v1/webhook_endpoints/{endpoint_id}/rotate_secret",
        Endpoint::rotate_webhook_secret,
        Scope::webhooks
    },
    Route{
        "POST",
        "/v1/webhook_endpoints/{endpoint_id}/test",
        Endpoint::test_webhook_endpoint,
        Scope::webhooks
    },
    Route{
        "GET",
        "/v1/webhook_endpoints/{endpoint_id}/deliveries",
        Endpoint::list_deliveries,
        Scope::webhooks,
        kDeliveryPage
    },
    Route{
        "POST",
        "/v1/webhook_endpoints/{endpoint_id}/redeliver",
        Endpoint::redeliver_since,
        Scope::webhooks
    },
    Route{"GET", "/v1/deliveries/{delivery_id}", Endpoint::get_delivery, Scope::webhooks},
    Route{"POST", "/v1/deliveries/{delivery_id}/redeliver", Endpoint::redeliver, Scope::webhooks},
    Route{"POST", "/v1/channels/reload", Endpoint::reload_channels, Scope::channels},
    Route{"POST", "/v1/channel_accounts", Endpoint::create_channel_account, Scope::channels},
    Route{"GET", "/v1/channel_accounts", Endpoint::list_channel_accounts, Scope::channels},
    Route{
        "GET",
        "/v1/channel_accounts/{channel_account_id}",
        Endpoint::get_channel_account,
        Scope::channels
    },
    Route{
        "PATCH",
        "/v1/channel_accounts/{channel_account_id}",
        Endpoint::change_channel_account,
        Scope::channels
    },
    Route{
        "POST",
        "/v1/channel_accounts/{channel_account_id}/go_live",
        Endpoint::go_live_channel_account,
        Scope::channels
    },
    Route{
        "POST",
        "/v1/channel_accounts/{channel_account_id}/pause",
        Endpoint::pause_channel_account,
        Scope::channels
    },
    Route{
        "POST",
        "/v1/channel_accounts/{channel_account_id}/resume",
        Endpoint::resume_channel_account,
        Scope::channels
    },
    Route{
        "POST",
        "/v1/channel_accounts/{channel_account_id}/retire",
        Endpoint::retire_channel_account,
        Scope::channels
    },
    Route{
        "POST",
        "/v1/channel_accounts/{channel_account_id}/test",
        Endpoint::test_channel_account,
        Scope::channels
    },
    Route{
        "POST",
        "/v1/channel_accounts/{channel_account_id}/float_top_ups",
        Endpoint::top_up_channel_account,
        Scope::channels
    },
    Route{
        "GET",
        "/v1/channel_accounts/{channel_account_id}/balance",
        Endpoint::get_channel_account_balance,
        Scope::channels
    },
    Route{"GET", "/v1/events", Endpoint::list_events, Scope::events, kEventPage},
    Route{"GET", "/v1/events/{event_id}", Endpoint::get_event, Scope::events},
    Route{"GET", "/v1/tasks", Endpoint::list_tasks, Scope::tasks, kTaskList},
    Route{"GET", "/v1/tasks/{task_id}", Endpoint::get_task, Scope::tasks},
    Route{"POST", "/v1/tasks/{task_id}/votes", Endpoint::vote_on_task, Scope::tasks},
    Route{
        "POST", "/callbacks/{channel}/{channel_account}", Endpoint::receive_callback, Scope::open
    },
    Route{"GET", "/healthz", Endpoint::healthz, Scope::open},
    Route{"GET", "/readyz", Endpoint::readyz, Scope::open},
    Route{"GET", "/metrics", Endpoint::metrics, Scope::open},
    Route{"GET", "/openapi.json", Endpoint::openapi, Scope::open},
};

/// Takes one segment off the front; the rest begins with '/' or is empty.
std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    return segment;
}

std::optional<std::vector<std::string>> fit(std::string_view pattern, std::string_view path) {
    std::vector<std::string> captures;
    while (pattern.starts_with('/') && path.starts_with('/')) {
        const std::string_view wanted = take_segment(pattern);
        const std::string_view given = take_segment(path);
        const bool is_capture = wanted.starts_with('{');
        if (is_capture ? given.empty() : given != wanted) {
            return std::nullopt;
        }
        if (is_capture) {
            captures.emplace_back(given);
        }
    }
    if (!pattern.empty() || !path.empty()) {
        return std::nullopt;
    }
    return captures;
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

Match match_route(std::string_view method, std::string_view path) {
    Match match;
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    for (const Route& route : kRoutes) {
        auto captures = fit(route.pattern, path);
        if (!captures) {
            continue;
        }
        if (route.method == wanted) {
            return {&route, *std::move(captures), {}};
        }
        match.allowed += (match.allowed.empty() ? "" : ", ") + std::string(route.method);
        match.allowed += route.method == "GET" ? ", HEAD" : "";
    }
    return match;
}

}  // namespace sluice::gateway
