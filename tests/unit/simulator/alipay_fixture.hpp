#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "channel/adapter_host.hpp"
#include "channel/callbacks.hpp"
#include "channel/registry.hpp"
#include "unit/simulator/psp_fixture.hpp"

namespace sluice::simulator::testing {

/// The adapter of channels/alipay against the simulator, over real connections: neither may read
/// the other otherwise than it was meant. Account "key" is in key mode, account "certificate" in
/// certificate mode with encrypted contents.
class AlipayTest : public PspTest {
  protected:
    AlipayTest();

    using Operation = channel::Operation;

    /// 12.34 CNY under kOrderNumber; refunds are 2.34 of it under kRefundNumber, payouts 50.00.
    [[nodiscard]] channel::ExchangeOrder order_of(Operation operation) const;
    payment::Outcome exchange(const channel::ExchangeOrder& order);
    payment::Outcome exchange(Operation operation) { return exchange(order_of(operation)); }
    /// The same by a code that the payer shows at a till.
    [[nodiscard]] channel::ExchangeOrder shown_code() const;
    /// What the payer takes to the channel in this scene.
    Value handed_over(const std::string& scene);
    /// Sends what was built, as it is.
    http::ClientResult send(http::ClientRequest request);
    Result<http::ClientRequest> build(const channel::ExchangeOrder& order);
    /// The parameters of a form with that done to their content, which then stands in the clear:
    /// what comes so is answered so.
    static Value with_content(const std::string& form, const std::function<void(Value&)>& bend);
    /// The merchant's signature of all parameters but "sign" and empty ones.
    static std::string signature_of(const Value& parameters);
    /// The record that an answer in the clear is about; null when there is none.
    static Value node_of(const http::ClientResult& answer);
    /// The notice that came as this one, read by the adapter.
    channel::CallbackVerdict told(std::size_t place);
    /// A new simulator with this seed and empty books, to which the accounts belong.
    void start_over(std::uint64_t seed);
    /// The accounts believe what this certificate's key signed, besides what they believed.
    void learn_certificate(const std::string& pem);
    /// Created and looked at by its payer.
    void given_scanned();
    void given_paid();

    static constexpr const char* kOrderNumber = "01KDXVZQ4M8N2P6R0S4T8V2W6X";
    static constexpr const char* kRefundNumber = "01KDXW2E8B5F7M9Q3T6V8X0Z2C";
    std::string account_ = "key";
    std::vector<std::string> learned_;  ///< certificates, PEM
    channel::RegistryPtr registry_;

  private:
    [[nodiscard]] channel::RegistryPtr make_registry() const;
    [[nodiscard]] channel::ChannelAccountSettings settings_of(std::string_view app) const;

    channel::AdapterHost host_;
};

}  // namespace sluice::simulator::testing
