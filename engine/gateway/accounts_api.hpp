#pragma once

#include "gateway/call.hpp"

namespace sluice::gateway {

Answer open_account(const Services& services, const Call& call);
/// GET /v1/accounts: what one holder has.
Answer list_accounts(const Services& services, const Call& call);
Answer get_account(const Services& services, const Call& call);
Answer top_up_account(const Services& services, const Call& call);
Answer list_entries(const Services& services, const Call& call);
Answer close_account(const Services& services, const Call& call);

}  // namespace sluice::gateway
