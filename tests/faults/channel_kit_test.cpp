// The way of a channel that is written from the kit alone: scaffolded and tried out by the binary,
// brought live in nodes that run, paid by over real sockets.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "faults/edited_scripts.hpp"
#include "faults/people.hpp"
#include "faults/scene_shop.hpp"
#include "faults/voucher_house.hpp"
#include "json/json.hpp"
#include "support/process_wait.hpp"

namespace sluice::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

const fs::path kVoucher = fs::path(SLUICE_SOURCE_DIR) / "tests" / "channels" / "kit" / "voucher";

struct Ran {
    int status = -1;
    std::string said;
};

/// `sluice channel ...`, and all that it said.
Ran sluice_channel(const std::string& words) {
    const std::string command = std::string(SLUICE_BINARY) + " channel " + words + " 2>&1";
    FILE* pipe = ::popen(command.c_str(), "r");
    Ran ran;
    std::array<char, 4096> part{};
    for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
        ran.said.append(part.data(), n);
    }
    ran.status = WEXITSTATUS(::pclose(pipe));
    return ran;
}

/// The repository's scripts with a folder of channels of its own.
class OwnChannels {
  public:
    OwnChannels() {
        fs::remove(channels());
        fs::copy(fs::path(SLUICE_SOURCE_DIR) / "channels", channels(), fs::copy_options::recursive);
    }
    [[nodiscard]] std::string root() const { return scripts_.root(); }
    [[nodiscard]] fs::path channels() const { return fs::path(root()) / "channels"; }
    void copy_voucher() const {
        const fs::path folder = channels() / "voucher";
        fs::remove_all(folder);
        fs::copy(kVoucher, folder, fs::copy_options::recursive);
    }
    /// Another text in a file of the voucher, in place of the first one.
    void edit_voucher(const std::string& name, const std::string& from, const std::string& to)
        const {
        const fs::path file = channels() / "voucher" / name;
        std::ifstream in(file);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        std::ofstream(file) << text.replace(at, from.size(), to);
    }

  private:
    EditedScripts scripts_{{}};
};

TEST(ChannelVerb, MakesAChannelThatPassesItsOwnTestAtOnce) {
    const OwnChannels own;

    const Ran made = sluice_channel("new gift-card --root " + own.root());
    const Ran tested = sluice_channel("test gift-card --root " + own.root());

    EXPECT_EQ(made.status, 0) << made.said;
    EXPECT_THAT(made.said, HasSubstr("made " + own.root() + "/channels/gift-card"));
    EXPECT_EQ(tested.status, 0) << tested.said;
    EXPECT_THAT(tested.said, HasSubstr("ok      query_200_paid\n"));
    EXPECT_THAT(tested.said, HasSubstr("gift-card: 28 fixtures, 0 differ, 0 other problems\n"));
}

TEST(ChannelVerb, RefusesInOneLineWhatItCannotMake) {
    const OwnChannels own;
    struct Row {
        std::string words;
        std::string why;
    };
    for (const Row& row : {
             Row{"new Voucher", "the channel's name is 'Voucher', wanted 1 to 40 of a-z"},
             Row{"new bank", "/channels/bank exists already"},
             Row{"test vouchr", "/channels/vouchr"},
             Row{"test bnak", " - did you mean 'bank'?"},
         }) {
        const Ran ran = sluice_channel(row.words + " --root " + own.root());

        EXPECT_EQ(ran.status, 1) << row.words;
        EXPECT_THAT(ran.said, HasSubstr(row.why));
        EXPECT_EQ(std::ranges::count(ran.said, '\n'), 1) << ran.said;
    }
    EXPECT_EQ(sluice_channel("new gift --root /nowhere").status, 1);
    EXPECT_EQ(sluice_channel("new").status, 2);
    EXPECT_EQ(sluice_channel("sell bank").status, 2);
    EXPECT_EQ(sluice_channel("test bank --jsn").status, 2);
}

TEST(ChannelVerb, TellsWhatDiffersInLinesOrInJson) {
    const OwnChannels own;
    own.copy_voucher();
    own.edit_voucher("adapter.lua", R"(VOUCHER_SPENT = "refused")", R"(VOUCHER_SPENT = "config")");

    const Ran lines = sluice_channel("test voucher --root " + own.root());
    const Ran told = sluice_channel("test voucher --json --root " + own.root());

    EXPECT_EQ(lines.status, 1);
    EXPECT_THAT(
        lines.said,
        HasSubstr("DIFFERS collect_409_voucher_spent: kind is \"config\", wanted \"refused\"\n")
    );
    EXPECT_EQ(told.status, 1);
    const auto report = json::parse(told.said);
    ASSERT_TRUE(report) << told.said;
    EXPECT_EQ(report->text_or_empty("channel"), "voucher");
    EXPECT_EQ(*report->find("sound"), Value(false));
}

TEST(ChannelVerb, PassesAllChannelsOfTheRepository) {
    for (const char* channel : {"alipay", "bank", "wechatpay"}) {
        const Ran ran = sluice_channel(
            "test " + std::string(channel) + " --root " + std::string(SLUICE_SOURCE_DIR)
        );

        EXPECT_EQ(ran.status, 0) << ran.said;
    }
}

class NewChannel : public ::testing::Test {
  protected:
    Reply reload() { return operator_.post("/v1/channels/reload"); }
    /// What the last reload made of a channel.
    static std::string change_of(const Reply& reloaded, const std::string& channel) {
        const Value* list = reloaded.body.find("channels");
        for (const Value& each : list == nullptr ? ValueArray{} : *list->as_array()) {
            if (each.text_or_empty("name") == channel) {
                return std::string(each.text_or_empty("change"));
            }
        }
        return "none";
    }
    Reply configure() {
        Value body;
        body.set("channel", "voucher");
        body.set("name", "shop-77");
        body.set(
            "settings",
            ValueObject{
                {"base_url", house_.url()},
                {"callback_base_url", cluster_.url()},
                {"shop", VoucherHouse::kShop}
            }
        );
        body.set("secrets", ValueObject{{"house_key", VoucherHouse::kKey}});
        return operator_.post("/v1/channel_accounts", body);
    }
    Reply act(const std::string& what) {
        return operator_.post("/v1/channel_accounts/" + account_ + "/" + what);
    }
    /// As its author and an operator do it.
    void bring_live() {
        own_.copy_voucher();
        ASSERT_EQ(reload().status, 200);
        const Reply made = configure();
        ASSERT_EQ(made.status, 201) << made.why << to_json(made.body);
        account_ = made.text("id");
        const Reply tried = act("test");
        ASSERT_EQ(tried.text("outcome"), "not_found") << to_json(tried.body);
        ASSERT_EQ(act("go_live").text("state"), "live");
    }
    SceneOrder order(const std::string& number) {
        return {
            .number = number,
            .method = "voucher",
            .scene = "barcode",
            .payer = Value(ValueObject{{"voucher_code", "AB12CD34EF56"}}),
        };
    }
    void expect_paid(const PaymentView& begun) {
        const PaymentView ended = shop_.wait_for_status(begun.id(), "succeeded");
        EXPECT_EQ(ended.status(), "succeeded") << ended.shown();
    }
    /// Once the node has read the account, and its workers route to it.
    PaymentView begin() {
        PaymentView view(Value{});
        EXPECT_TRUE(eventually([&] {
            const Reply reply = shop_.pay(order("order-" + std::to_string(++orders_)));
            view = PaymentView(reply.body);
            return reply.status == 201 && view.failure_code() != "no_channel";
        })) << view.shown();
        return view;
    }

    OwnChannels own_;
    VoucherHouse house_;
    Cluster cluster_{{.more_configuration = channels_key_table(), .root = own_.root()}};
    Api operator_{cluster_.node(0).url(), kChannelsKey};
    SceneShop shop_{cluster_};
    std::string account_;
    int orders_ = 0;
};

TEST_F(NewChannel, GoesLiveInARunningNodeFromItsScaffoldOn) {
    EXPECT_EQ(configure().status, 400) << "nobody knows the channel yet";
    ASSERT_EQ(sluice_channel("new voucher --root " + own_.root()).status, 0);
    own_.copy_voucher();
    const Ran tested = sluice_channel("test voucher --root " + own_.root());
    ASSERT_EQ(tested.status, 0) << tested.said;
    EXPECT_EQ(configure().status, 400) << "on the disk is not loaded";

    const Reply loaded = reload();

    ASSERT_EQ(loaded.status, 200) << to_json(loaded.body);
    EXPECT_EQ(change_of(loaded, "voucher"), "added");
    EXPECT_EQ(change_of(loaded, "wechatpay"), "unchanged");
    bring_live();
    expect_paid(begin());
    EXPECT_EQ(house_.taken(), 1234);
    EXPECT_EQ(shop_.booked("1101"), 1234);
}

TEST_F(NewChannel, IsRefusedWithFileAndLineWhenItDoesNotLoad) {
    bring_live();
    own_.edit_voucher("adapter.lua", "local NOTICE = \"NOTICE\"", "local NOTICE =");

    const Reply refused = reload();

    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.text("code"), "adapter_refused");
    EXPECT_THAT(refused.text("detail"), HasSubstr("channels/voucher/adapter.lua"));
    EXPECT_THAT(refused.text("detail"), HasSubstr("line "));
    expect_paid(begin());
    // An account that changes takes nothing of the disk along.
    EXPECT_EQ(act("pause").text("state"), "paused");
    EXPECT_EQ(act("resume").text("state"), "live");
    expect_paid(begin());
}

TEST_F(NewChannel, IsRefusedWhenItTakesAwayWhatItsAccountsHave) {
    bring_live();
    own_.edit_voucher(
        "adapter.lua", R"(scenes = { "barcode" })", R"(scenes = { "barcode", "qr" })"
    );
    EXPECT_EQ(change_of(reload(), "voucher"), "changed");
    own_.edit_voucher(
        "adapter.lua", R"(scenes = { "barcode", "qr" })", R"(scenes = { "barcode" })"
    );

    const Reply narrower = reload();

    EXPECT_EQ(narrower.status, 422);
    EXPECT_EQ(
        narrower.text("detail"),
        "adapter 'voucher' does not fit the channel account 'shop-77': the scene 'qr' would be "
        "gone, which money under way may still need"
    );
    fs::remove_all(own_.channels() / "voucher");
    EXPECT_THAT(reload().text("detail"), HasSubstr("'voucher', which has no adapter"));
}

TEST_F(NewChannel, LetsNoDraftGoLiveThatItsFormDoesNotFitAnyMore) {
    own_.copy_voucher();
    ASSERT_EQ(reload().status, 200);
    account_ = configure().text("id");
    own_.edit_voucher("form.json", R"("name": "house_key")", R"("name": "till_key")");
    own_.edit_voucher("adapter.lua", "\"house_key\"", "\"till_key\"");
    ASSERT_EQ(change_of(reload(), "voucher"), "changed") << "a draft holds nothing up";

    const Reply refused = act("go_live");

    EXPECT_EQ(refused.status, 409);
    EXPECT_THAT(refused.text("detail"), HasSubstr("the draft does not fit its channel any more"));
    EXPECT_EQ(reload().status, 200) << "and is no account of the node";
}

TEST_F(NewChannel, LetsWhatIsUnderWayFinishWithTheAdapterItBeganWith) {
    bring_live();
    expect_paid(begin());
    house_.hold_next();
    const PaymentView under_way = begin();
    ASSERT_TRUE(eventually([&] { return house_.is_holding(); }));
    own_.edit_voucher("adapter.lua", "house_key", "another_key");
    own_.edit_voucher(
        "adapter.lua", R"(collect = { taken = "succeeded" })", R"(collect = { taken = "unknown" })"
    );
    own_.edit_voucher("adapter.lua", R"(query = { taken = "succeeded",)", R"(query = {)");

    EXPECT_EQ(change_of(reload(), "voucher"), "changed");
    house_.let_go();

    expect_paid(under_way);
}

TEST_F(NewChannel, IsLoadedByOperatorsOfAllMerchantsAlone) {
    EXPECT_EQ(cluster_.api().post("/v1/channels/reload").status, 403);
    EXPECT_THAT(to_json(reload().body), Not(HasSubstr("\"change\":\"changed\"")));
}

}  // namespace
}  // namespace sluice::testing
