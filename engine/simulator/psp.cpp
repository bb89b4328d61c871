#include "simulator/psp.hpp"

#include "http/blocking.hpp"
#include "simulator/alipay_api.hpp"
#include "simulator/alipay_bills.hpp"
#include "simulator/bank_api.hpp"
#include "simulator/bank_callbacks.hpp"
#include "simulator/bank_control.hpp"
#include "simulator/callbacks.hpp"
#include "simulator/control_api.hpp"
#include "simulator/payer_page.hpp"
#include "simulator/refund_api.hpp"
#include "simulator/transfer_control.hpp"
#include "simulator/wechat_api.hpp"
#include "simulator/wechat_bills.hpp"
#include "simulator/wechat_transfers.hpp"
#include "simulator/wechat_v2.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

struct Psp::Parts {
    Parts(PspSettings settings, PspIdentities identities, const Clock& clock)
        : world(std::move(settings), std::move(identities), clock),
          callbacks(world),
          wechat(world, callbacks),
          refunds(world, callbacks),
          control({.world = world, .callbacks = callbacks, .wechat = wechat, .refunds = refunds}),
          payer(world, wechat),
          bank_callbacks(world),
          bank(world, bank_callbacks),
          bank_control({.world = world, .callbacks = bank_callbacks, .api = bank}),
          alipay(world, callbacks),
          wechat_transfers(world, callbacks),
          transfer_control(world, wechat_transfers),
          wechat_bills(world),
          wechat_v2(world) {}

    World world;
    Callbacks callbacks;
    WechatApi wechat;
    RefundApi refunds;
    ControlApi control;
    PayerPage payer;
    BankCallbacks bank_callbacks;
    BankApi bank;
    BankControl bank_control;
    AlipayApi alipay;
    WechatTransfers wechat_transfers;
    TransferControl transfer_control;
    WechatBills wechat_bills;
    WechatV2 wechat_v2;
    std::unique_ptr<http::Server> server;
};

Psp::Psp(PspSettings settings, PspIdentities identities, const Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(settings), std::move(identities), clock)) {
    const PspSettings& own = parts_->world.settings;
    http::ServerSettings server;
    server.host = own.host;
    server.port = own.port;
    server.thread_name = "psp";
    parts_->server = std::make_unique<http::Server>(
        std::move(server),
        http::blocking(
            [this](const http::Request& request) { return answer(request); },
            {.threads_max = own.threads, .name = "psp-work"}
        )
    );
}

Psp::~Psp() { stop(); }

Result<void> Psp::start() { return parts_->server->start(); }

std::uint16_t Psp::port() const { return parts_->server->port(); }

std::string Psp::url() const {
    return "http://" + parts_->world.settings.host + ":" + std::to_string(port());
}

void Psp::stop() {
    // First wakes the handlers that sleep through an ordered latency.
    parts_->world.scheduler.stop();
    parts_->server->stop();
}

http::Response Psp::answer(const http::Request& request) {
    const std::string_view path = request.path;
    if (path.starts_with("/v3/refund/")) {
        return parts_->refunds.answer(request);
    }
    if (path.starts_with("/v3/fund-app/") || path.starts_with("/v3/transfer/")) {
        return parts_->wechat_transfers.answer(request);
    }
    if (path.starts_with("/v3/bill")) {
        return parts_->wechat_bills.answer(request);
    }
    if (path.starts_with("/v3/")) {
        return parts_->wechat.answer(request);
    }
    if (path.starts_with("/pay/") || path.starts_with("/secapi/")) {
        return parts_->wechat_v2.answer(request);
    }
    if (path.starts_with("/bank/")) {
        return parts_->bank.answer(request);
    }
    if (path == "/gateway.do") {
        return parts_->alipay.answer(request);
    }
    if (path == kAlipayBillFile) {
        return parts_->alipay.give_bill(request);
    }
    if (path.starts_with("/sim/wechat/") || path.starts_with("/sim/alipay/")) {
        return parts_->transfer_control.answer(request);
    }
    if (path.starts_with("/sim/bank/")) {
        return parts_->bank_control.answer(request);
    }
    if (path.starts_with("/payer/")) {
        return parts_->payer.answer(request);
    }
    if (path.starts_with("/sim/")) {
        return parts_->control.answer(request);
    }
    return {.status = 404, .headers = {}, .body = {}};
}

}  // namespace sluice::simulator
