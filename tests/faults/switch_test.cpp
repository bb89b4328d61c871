// Two channel accounts: the second is tried when the first surely took nothing, and only then.
#include <arpa/inet.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/audit.hpp"
#include "support/node_shop.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// An address of this machine that nobody else gets and that refuses every connection: its port is
/// taken, but nobody listens.
class DeadAddress {
  public:
    DeadAddress() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the C interface wants it.
        auto* any = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_, any, size) != 0 || ::getsockname(socket_, any, &size) != 0) {
            throw std::runtime_error("no port can be taken");
        }
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    }
    ~DeadAddress() { ::close(socket_); }
    DeadAddress(const DeadAddress&) = delete;
    DeadAddress& operator=(const DeadAddress&) = delete;

    [[nodiscard]] const std::string& url() const { return url_; }

  private:
    int socket_;
    std::string url_;
};

/// What a person reads of the attempts in the timeline: "instruct wx-main", "collect: not_sent",
/// and of the decision which accounts it kept and why.
std::vector<std::string> attempts_of(Cluster& cluster, const std::string& payment) {
    const Reply timeline = cluster.api().get("/v1/payments/" + payment + "/timeline");
    EXPECT_EQ(timeline.status, 200) << timeline.why;
    std::vector<std::string> told;
    for (const Value& item : *timeline.body.find("items")->as_array()) {
        const std::string type(item.text_or_empty("type"));
        const Value& details = *item.find("details");
        if (type == "instruct" && !details.text_or_empty("channel_account").empty()) {
            told.push_back(type + " " + std::string(details.text_or_empty("channel_account")));
        }
        const Value* outcome = details.find("outcome");
        if (type == "outcome" && details.text_or_empty("operation") == "collect") {
            told.push_back("collect: " + std::string(outcome->text_or_empty("kind")));
        }
        const Value* accounts =
            type == "decision" ? details.find("value")->find("accounts") : nullptr;
        for (const Value& account : accounts == nullptr ? ValueArray{} : *accounts->as_array()) {
            told.push_back(
                std::string(account.text_or_empty("name")) + ": " +
                std::string(account.text_or_empty("why"))
            );
        }
    }
    return told;
}

/// "account status" of every instruction at a channel, in the order of their making.
std::vector<std::string> external_instructions(const Cluster& cluster) {
    return cluster.query(
        "SELECT channel_account, status FROM sluice.instruction WHERE kind = 'external' "
        "ORDER BY created_at"
    );
}

/// What is in transit at each account.
std::vector<std::string> in_transit(const Cluster& cluster) {
    return cluster.query(
        "SELECT a.owner, sum(e.side * e.amount) FROM sluice.entry e JOIN sluice.account a "
        "ON a.id = e.account_id JOIN sluice.journal j ON j.id = e.journal_id "
        "WHERE a.gl = '1101' AND j.order_id IS NOT NULL GROUP BY a.owner"
    );
}

/// Pays what the payer sees, and expects that all of it went through the second account.
void expect_paid_at_backup(Cluster& cluster, const PaymentView& begun, const std::string& number) {
    Shop shop(cluster);
    const ChannelOrder theirs = cluster.psp().order(begun.channel_number());
    EXPECT_EQ(theirs.mchid, "1900000110");
    EXPECT_TRUE(cluster.psp().pay(begun.channel_number()));
    EXPECT_EQ(shop.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_THAT(
        external_instructions(cluster), ElementsAre("(wx-main,refused)", "(wx-backup,succeeded)")
    );
    EXPECT_THAT(in_transit(cluster), ElementsAre("(wechatpay/wx-backup,7000)"));
    EXPECT_THAT(audit(cluster, {{number, begun.id()}}).findings, IsEmpty());
}

TEST(ChannelSwitch, GoesToTheSecondAccountWhenTheFirstCannotBeReached) {
    const DeadAddress dead;
    Cluster cluster({.first_account_url = dead.url()});
    Shop shop(cluster);
    const CompositeOrder order = shop.next_order();

    const PaymentView begun = shop.begin(order);

    EXPECT_THAT(begun.code_url(), ::testing::StartsWith("weixin://"));
    EXPECT_THAT(
        attempts_of(cluster, begun.id()),
        ElementsAre(
            "wx-main: costs 30 basis points",
            "wx-backup: costs 60 basis points",
            "instruct wx-main",
            "collect: not_sent",
            "instruct wx-backup",
            "collect: pending"
        )
    );
    expect_paid_at_backup(cluster, begun, order.number);
}

TEST(ChannelSwitch, GoesToTheSecondAccountWhenTheFirstRefuses) {
    Cluster cluster;
    Shop shop(cluster);
    const CompositeOrder order = shop.next_order();
    cluster.psp().order_fault({.operation = "create", .kind = "refused"});

    const PaymentView begun = shop.begin(order);

    EXPECT_THAT(
        attempts_of(cluster, begun.id()),
        ElementsAre(
            "wx-main: costs 30 basis points",
            "wx-backup: costs 60 basis points",
            "instruct wx-main",
            "collect: refused",
            "instruct wx-backup",
            "collect: pending"
        )
    );
    expect_paid_at_backup(cluster, begun, order.number);
}

TEST(ChannelSwitch, WaitsForTheFirstAccountThatMayHaveTakenTheOrder) {
    Cluster cluster;
    Shop shop(cluster);
    const CompositeOrder order = shop.next_order();
    // Executed, the answer lost; then, for a while, no query finds it and no callback tells.
    cluster.psp().order_fault({.operation = "callback", .kind = "missing", .count = -1});
    cluster.psp().order_fault({.operation = "query", .kind = "not_found", .count = 3});
    cluster.psp().order_fault({.operation = "create", .kind = "drop_after"});
    const Reply reply = cluster.api().post("/v1/payments", body_of(order), {{"Prefer", "wait=0"}});
    ASSERT_EQ(reply.status, 201) << reply.why;
    const PaymentView begun(reply.body);

    EXPECT_TRUE(eventually([&] {
        return cluster.psp().order(begun.channel_number()).queries >= 3 ||
               cluster.psp().fault_count() == 1;
    }));
    EXPECT_THAT(external_instructions(cluster), ElementsAre(::testing::StartsWith("(wx-main,")))
        << "the second account was tried while the first may have the order";

    EXPECT_TRUE(cluster.psp().pay(begun.channel_number()));
    EXPECT_EQ(shop.wait_for_status(begun.id(), "succeeded").status(), "succeeded");
    EXPECT_THAT(external_instructions(cluster), ElementsAre("(wx-main,succeeded)"));
    EXPECT_THAT(in_transit(cluster), ElementsAre("(wechatpay/wx-main,7000)"));
    EXPECT_THAT(cluster.psp().books(), ::testing::SizeIs(1));
    EXPECT_THAT(audit(cluster, {{order.number, begun.id()}}).findings, IsEmpty());
}

TEST(ChannelSwitch, ClosesRatherThanSwitchesWhenTheFirstAccountStaysInDoubt) {
    Cluster cluster;
    Shop shop(cluster);
    CompositeOrder order = shop.next_order();
    order.expires_in_seconds = 4;
    cluster.psp().order_fault({.operation = "create", .kind = "drop_before", .count = -1});

    const Reply reply = cluster.api().post("/v1/payments", body_of(order), {{"Prefer", "wait=0"}});
    ASSERT_EQ(reply.status, 201) << reply.why;
    const PaymentView ended = shop.wait_for_status(PaymentView(reply.body).id(), "closed");

    EXPECT_EQ(ended.status(), "closed") << ended.shown();
    EXPECT_THAT(external_instructions(cluster), ElementsAre("(wx-main,closed)"));
    EXPECT_THAT(cluster.psp().books(), IsEmpty());
    EXPECT_THAT(audit(cluster, {{order.number, ended.id()}}).findings, IsEmpty());
}

}  // namespace
}  // namespace sluice::testing
