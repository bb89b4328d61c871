#pragma once

#include "gateway/call.hpp"

namespace sluice::gateway {

Answer create_webhook_endpoint(const Services& services, const Call& call);
Answer list_webhook_endpoints(const Services& services, const Call& call);
Answer get_webhook_endpoint(const Services& services, const Call& call);
Answer change_webhook_endpoint(const Services& services, const Call& call);
Answer delete_webhook_endpoint(const Services& services, const Call& call);
Answer rotate_webhook_secret(const Services& services, const Call& call);
Answer test_webhook_endpoint(const Services& services, const Call& call);

}  // namespace sluice::gateway
