#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/client.hpp"
#include "http/client_sockets.hpp"

namespace sluice::http {

/// One request on its way and the answer so far, around one reusable curl easy handle. Belongs to
/// the client's thread. Its address is known to curl, so it never moves.
class ClientExchange {
  public:
    explicit ClientExchange(ClientSockets& sockets);
    ~ClientExchange();
    ClientExchange(const ClientExchange&) = delete;
    ClientExchange& operator=(const ClientExchange&) = delete;

    struct Way {
        const ClientSettings& settings;
        const Egress& egress;  ///< whose proxy is named; outlives the exchange
    };
    /// Makes the handle ready for this request; forgets the one before.
    void prepare(ClientRequest request, ClientDone done, const Way& way);
    [[nodiscard]] ClientDone take_done() { return std::move(done_); }

    /// After curl finished with `curl_code`.
    [[nodiscard]] ClientResult result(int curl_code);
    /// The failure of an exchange that is broken off now.
    [[nodiscard]] ClientFailure stopped() const;

    [[nodiscard]] const std::string& url() const { return request_.url; }
    [[nodiscard]] void* handle() const { return handle_; }
    static ClientExchange& of(void* handle);

    [[nodiscard]] std::size_t place() const { return place_; }
    void set_place(std::size_t place) { place_ = place; }

  private:
    struct Callbacks;

    void set_egress(const Way& way);
    void set_method();
    void set_headers();
    [[nodiscard]] long written() const;
    [[nodiscard]] FailureStage stage() const;
    /// What the proxy said instead of opening the way; empty when it did open it.
    [[nodiscard]] std::string refusal_of_proxy() const;
    void take_header_line(std::string_view line);

    ClientSockets& sockets_;
    void* handle_;
    struct ListFree {
        void operator()(void* list) const;
    };
    std::unique_ptr<void, ListFree> header_list_;
    ClientRequest request_;
    ClientDone done_;
    Reachable reachable_ = Reachable::any;
    Response response_;
    std::size_t head_bytes_ = 0;
    std::size_t attempts_ = 0;
    long asked_of_proxy_ = 0;  ///< bytes, before the request began
    bool is_tunnelled_ = false;
    bool too_large_ = false;
    bool repeat_refused_ = false;
    bool address_refused_ = false;
    std::string error_text_;
    std::size_t place_ = 0;
};

}  // namespace sluice::http
