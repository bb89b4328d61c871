#pragma once

#include <string_view>

#include "http/message.hpp"
#include "simulator/alipay_exchange.hpp"
#include "simulator/alipay_gate.hpp"
#include "simulator/bill_shelf.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// A day's trades, as sellers fetch them. Unlike the real channel's, the present day's are there at
/// once. Any thread.
class AlipayBills {
  public:
    AlipayBills(World& world, AlipayExchange& exchange)
        : world_(world), exchange_(exchange), shelf_(world.nonces) {}

    /// alipay.data.dataservice.bill.downloadurl.query: an address at `host`, good for half a
    /// minute.
    http::Response tell_place(const AlipayCall& call, std::string_view host);
    /// The archive, to whoever has its address: neither request nor answer is signed.
    http::Response give_file(const http::Request& request);

  private:
    ApiResult<Value> put(const AlipayCall& call, std::string_view host);

    World& world_;
    AlipayExchange& exchange_;
    BillShelf shelf_;
};

/// Where the archives lie.
inline constexpr std::string_view kAlipayBillFile = "/downloadBillFile.resource";

}  // namespace sluice::simulator
