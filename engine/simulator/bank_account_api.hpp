#pragma once

#include <string_view>

#include "http/message.hpp"
#include "simulator/bank_exchange.hpp"
#include "simulator/world.hpp"

namespace sluice::simulator {

/// What the bank's customers read of their account: its balance and its statements, a day each. The
/// protocol stands in channels/bank/README.md. Any thread; blocks for as long as an ordered
/// latency.
class BankAccountApi {
  public:
    BankAccountApi(World& world, BankExchange& exchange) : world_(world), exchange_(exchange) {}

    /// GET /bank/v1/balance
    http::Response balance(const http::Request& request, const BankAccount& account);
    /// GET of what stands behind /bank/v1/statements/: a day, or a day and /file.
    http::Response statement(const http::Request& request, const BankAccount& account);

  private:
    /// PARAM_ERROR for no day, STATEMENT_NOT_READY before its end, STATEMENT_EMPTY.
    ApiResult<StatementDay> find_day(std::string_view text, const BankAccount& account);

    World& world_;
    BankExchange& exchange_;
};

}  // namespace sluice::simulator
