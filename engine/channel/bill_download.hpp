#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "channel/adapter_host.hpp"
#include "channel/bill.hpp"
#include "core/result.hpp"
#include "http/client.hpp"

namespace sluice::channel {

/// What became of a wish for a bill. `empty`: the channel says that nothing happened that day;
/// `not_ready`: ask later. Only `found` and `empty` may be believed.
enum class BillState { found, empty, not_ready, unknown, config };
[[nodiscard]] std::string_view to_string(BillState state);

/// The end of a download. A plain value.
struct BillAnswer {
    BillState state = BillState::unknown;
    std::string code;  ///< the channel's own word, or ours
    std::string message;
    Bill bill;  ///< of `found`
};

/// One day's bill of one account on its way here: an adapter builds the question, reads where the
/// file lies and how it is fetched, and declares how its lines are written. It does no I/O: the
/// owner sends what request() says and hands in what was answered, until there is an answer. One
/// thread; adapter and account must outlive it.
class BillDownload {
  public:
    struct Wanted {
        std::string kind;  ///< "trade", "funds"
        std::string day;   ///< "2026-01-01", in the channel's own time
    };
    struct Parts {
        AdapterPtr adapter;
        const ChannelAccount& account;
        const Clock& clock;
    };
    /// `invalid` when the adapter has no bills of that kind, or the day is none; `script` for its
    /// author's mistakes.
    static Result<BillDownload> make(const Parts& parts, Wanted wanted, std::string nonce);

    [[nodiscard]] const http::ClientRequest& request() const { return request_; }
    /// The next thing to send is in request() when this gives nullopt. Never fails: what cannot be
    /// understood is `unknown`.
    std::optional<BillAnswer> take(const http::ClientResult& answered, std::string nonce);

  private:
    BillDownload(const Parts& parts, Wanted wanted);
    Result<Value> consult(std::string_view function, const http::Response* answer);
    Result<void> build(std::string_view function);
    std::optional<BillAnswer> take_place(const http::Response& answer);
    [[nodiscard]] Result<Bill> read(const std::string& file) const;

    Parts parts_;
    std::unique_ptr<AdapterHost> host_;
    Value wanted_;
    std::string kind_;
    std::string nonce_;
    // Of the unpacked content; empty: the channel gave none.
    std::string sha1_;
    std::string sha256_;
    bool is_fetching_ = false;
    http::ClientRequest request_;
};

}  // namespace sluice::channel
