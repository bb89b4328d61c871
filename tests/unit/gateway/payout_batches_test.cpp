#include "unit/gateway/gateway_fixture.hpp"

namespace sluice::testing {
namespace {

std::string line_json(
    const std::string& number, std::int64_t amount = 100, const std::string& more = ""
) {
    return R"({"merchant_payout_number":")" + number + R"(","amount":)" + std::to_string(amount) +
           "," + payee_members() + more + "}";
}

struct Sums {
    std::int64_t count = 0;
    std::int64_t total = 0;
};

std::string batch_json(
    const std::vector<std::string>& lines, Sums sums, const std::string& number = "B-1"
) {
    std::string list;
    for (const std::string& line : lines) {
        list += (list.empty() ? "" : ",") + line;
    }
    return R"({"merchant_batch_number":")" + number + R"(","currency":"CNY","count":)" +
           std::to_string(sums.count) + R"(,"total_amount":)" + std::to_string(sums.total) +
           R"(,"lines":[)" + list + "]}";
}

class PayoutBatchesApi : public GatewayFixture {
  protected:
    PayoutBatchesApi() { available_ = given_available(1'000'000); }

    /// "1 pending, 2 refused merchant_payout_number_reused".
    static std::string lines_of(const http::Response& response) {
        std::string text;
        const Value body = parsed(response);
        for (const Value& line : *body.find("lines")->as_array()) {
            text += (text.empty() ? "" : ", ") + std::to_string(line.int_or("line", 0)) + " " +
                    std::string(line.text_or_empty("status"));
            const std::string code(line.find("failure")->text_or_empty("code"));
            text += code.empty() ? "" : " " + code;
        }
        return text;
    }

    /// A batch of one line, a second after the one before; its id.
    std::string given_batch(const std::string& number) {
        clock.advance(std::chrono::seconds(1));
        const auto made =
            post("/v1/payout_batches", batch_json({line_json("L-of-" + number)}, {1, 100}, number));
        EXPECT_EQ(made.status, 201) << made.body;
        return text_of(made, "id");
    }
    static std::vector<std::string> ids_of(const http::Response& page) {
        std::vector<std::string> ids;
        const Value body = parsed(page);
        const Value* batches = body.find("payout_batches");
        if (batches == nullptr) {
            ADD_FAILURE() << page.body;
            return ids;
        }
        for (const Value& batch : *batches->as_array()) {
            ids.emplace_back(batch.text_or_empty("id"));
        }
        return ids;
    }
    std::vector<std::string> listed(const std::string& query) {
        return ids_of(get("/v1/payout_batches" + query));
    }

    std::string available_;
};

TEST_F(PayoutBatchesApi, BeginsEveryLineInTheBucketOfItsBatch) {
    const auto made =
        post("/v1/payout_batches", batch_json({line_json("L-1"), line_json("L-2", 50)}, {2, 150}));

    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(lines_of(made), "1 pending, 2 pending");
    ASSERT_EQ(intake.starts.size(), 2U);
    const Bucket bucket = PayoutBatchId::parse(text_of(made, "id"))->bucket();
    EXPECT_EQ(bucket, bucket_of("alpha", "B-1"));
    for (const auto& start : intake.starts) {
        EXPECT_EQ(start.picture.subject.id.bucket(), bucket);
    }
}

TEST_F(PayoutBatchesApi, GivesEachBadLineItsOwnProblem) {
    post("/v1/payouts", payout_json("USED"));
    std::string no_payee = line_json("L-2");
    no_payee.replace(no_payee.find("6222021234567890"), 16, "");
    const auto made = post(
        "/v1/payout_batches",
        batch_json(
            {line_json("L-1"),
             no_payee,
             line_json("L-1"),
             line_json("USED"),
             line_json("L-5", 100, R"(,"from_account_id":"acc_00000000000000000000000001")")},
            {5, 500}
        )
    );

    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(
        lines_of(made),
        "1 pending, 2 refused invalid_request, 3 refused merchant_payout_number_reused, "
        "4 refused merchant_payout_number_reused, 5 refused invalid_request"
    );
    EXPECT_EQ(intake.starts.size(), 2U) << "the single payout and line 1";
    const auto shown = get("/v1/payout_batches/" + text_of(made, "id"));
    EXPECT_EQ(
        to_json(*parsed(shown).find("totals")),
        R"([{"status":"pending","count":1,"amount":100},)"
        R"({"status":"refused","count":4,"amount":400}])"
    );
}

TEST_F(PayoutBatchesApi, IsTheSameBatchWhenItIsSentAgain) {
    const std::string body = batch_json({line_json("L-1"), line_json("L-2")}, {2, 200});

    const auto first = post("/v1/payout_batches", body);
    const auto repeat = post("/v1/payout_batches", body);
    const auto other = post("/v1/payout_batches", batch_json({line_json("L-3")}, {1, 100}));

    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(repeat.status, 200) << repeat.body;
    EXPECT_EQ(text_of(first, "id"), text_of(repeat, "id"));
    EXPECT_EQ(lines_of(repeat), "1 pending, 2 pending");
    EXPECT_EQ(summary(other), "409 merchant_batch_number_reused /merchant_batch_number");
    EXPECT_EQ(intake.starts.size(), 2U);
}

TEST_F(PayoutBatchesApi, GoesOnWhereAnEarlierCallEnded) {
    const std::string body = batch_json({line_json("L-1"), line_json("L-2")}, {2, 200});
    intake.next_error = Error{ErrorCode::unavailable, "nobody is there", {}};
    const auto refused = post("/v1/payout_batches", body);
    intake.next_error.reset();

    const auto repeat = post("/v1/payout_batches", body);

    EXPECT_EQ(summary(refused), "503 unavailable");
    EXPECT_EQ(repeat.status, 200) << repeat.body;
    EXPECT_EQ(lines_of(repeat), "1 pending, 2 pending");
    EXPECT_EQ(payouts.batches(), 1U);
}

TEST_F(PayoutBatchesApi, TakesAThousandLinesAndShowsThemInPages) {
    std::vector<std::string> lines;
    for (int i = 0; i < 1'000; ++i) {
        lines.push_back(line_json("L-" + std::to_string(i), 3));
    }

    const auto made = post("/v1/payout_batches", batch_json(lines, {1'000, 3'000}));

    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(intake.starts.size(), 1'000U);
    const std::string batch = "/v1/payout_batches/" + text_of(made, "id");
    const auto second = get(batch + "?limit=100&cursor=900");
    EXPECT_EQ(parsed(second).find("lines")->as_array()->size(), 100U);
    EXPECT_TRUE(parsed(second).find("next_cursor")->is_null());
    EXPECT_EQ(text_of(get(batch + "?limit=1"), "next_cursor"), "1");
    EXPECT_EQ(summary(get(batch + "?cursor=x")), "400 invalid_request cursor");
}

TEST_F(PayoutBatchesApi, GoesAsAWholeToTheNodeThatItsNumberLeadsTo) {
    intake.owner = "10.0.0.2:80";
    std::string sent;
    forwarder =
        [&sent](
            const std::string&, const http::Request& request, const gateway::ForwardDone& done
        ) {
            sent = request.body;
            done(fail(ErrorCode::unavailable, "nobody there"));
        };
    restart();
    const std::string body = batch_json({line_json("L-1"), line_json("L-2")}, {2, 200});

    EXPECT_EQ(summary(post("/v1/payout_batches", body)), "503 unavailable");
    EXPECT_EQ(sent, body);
    EXPECT_TRUE(intake.starts.empty());
    EXPECT_EQ(payouts.batches(), 0U);
}

TEST_F(PayoutBatchesApi, PaysNothingFromADamagedFile) {
    const std::vector<std::string> two{line_json("L-1"), line_json("L-2")};
    struct Row {
        std::string body;
        std::string answer;
    };
    const std::vector<Row> rows{
        {"{}", "400 invalid_request /merchant_batch_number /count /total_amount /currency /lines"},
        {batch_json(two, {3, 200}), "400 invalid_request /count"},
        {batch_json(two, {2, 201}), "400 invalid_request /total_amount"},
        {batch_json(two, {2, 100}), "400 invalid_request /total_amount"},
        {batch_json({}, {1, 1}), "400 invalid_request /lines"},
        {batch_json({"7"}, {1, 1}), "400 invalid_request /lines/0"},
        {batch_json({line_json("L-1"), line_json("L-2", 0)}, {2, 100}),
         "400 invalid_request /lines/1/amount"},
        {batch_json({line_json("", 100)}, {1, 100}),
         "400 invalid_request /lines/0/merchant_payout_number"},
        {batch_json({line_json("L-1", 100, R"(,"colour":1)")}, {1, 100}),
         "400 invalid_request /lines/0/colour"},
        {batch_json({line_json("L-1", 100, R"(,"currency":"CNY")")}, {1, 100}),
         "400 invalid_request /lines/0/currency"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(summary(post("/v1/payout_batches", row.body)), row.answer) << row.body;
    }
    EXPECT_TRUE(intake.starts.empty());
    EXPECT_EQ(payouts.batches(), 0U);
}

TEST_F(PayoutBatchesApi, AreListedNewestFirstAsTheyWereAskedFor) {
    const std::string first = given_batch("B-1");
    clock.advance(std::chrono::seconds(1));
    const auto made = post(
        "/v1/payout_batches", batch_json({line_json("L-1"), line_json("L-1")}, {2, 200}, "B-2")
    );
    const std::string second = text_of(made, "id");

    const Value page = parsed(get("/v1/payout_batches"));

    const ValueArray& batches = *page.find("payout_batches")->as_array();
    ASSERT_EQ(batches.size(), 2U);
    EXPECT_EQ(
        to_json(batches[0]),
        R"({"id":")" + second + R"(","merchant_batch_number":"B-2","currency":"CNY","count":2,)" +
            R"("total_amount":200,"created_at":"2026-01-01T08:00:02Z"})"
    );
    EXPECT_EQ(batches[1].text_or_empty("id"), first);
    EXPECT_TRUE(page.find("next_cursor")->is_null());
}

TEST_F(PayoutBatchesApi, AreListedInPagesWhateverComesMeanwhile) {
    const std::string first = given_batch("B-1");
    const std::string second = given_batch("B-2");
    const std::string third = given_batch("B-3");

    const auto page = get("/v1/payout_batches?limit=2");
    given_batch("B-4");
    const auto rest = get("/v1/payout_batches?limit=2&cursor=" + text_of(page, "next_cursor"));

    EXPECT_THAT(ids_of(page), ::testing::ElementsAre(third, second));
    EXPECT_THAT(ids_of(rest), ::testing::ElementsAre(first));
    EXPECT_TRUE(parsed(rest).find("next_cursor")->is_null());
}

TEST_F(PayoutBatchesApi, AreListedByTheirNumberAndTheTimeTheyWereMade) {
    const std::string first = given_batch("B-1");   // 08:00:01
    const std::string second = given_batch("B-2");  // 08:00:02
    const std::string third = given_batch("B-3");   // 08:00:03
    const std::vector<std::pair<std::string, std::vector<std::string>>> cases{
        {"?merchant_batch_number=B-2", {second}},
        {"?merchant_batch_number=B-2&created_from=2026-01-01T08:00:02Z", {second}},
        {"?merchant_batch_number=B-2&created_from=2026-01-01T08:00:03Z", {}},
        {"?merchant_batch_number=b-2", {}},
        {"?created_from=2026-01-01T08:00:02Z", {third, second}},
        {"?created_to=2026-01-01T08:00:02Z", {first}},
        {"?created_from=2026-01-01T16:00:02%2B08:00&created_to=2026-01-01T08:00:03Z", {second}},
    };
    for (const auto& [query, wanted] : cases) {
        EXPECT_EQ(listed(query), wanted) << query;
    }
}

TEST_F(PayoutBatchesApi, AreListedForTheirMerchantAlone) {
    given_batch("B-1");
    given_batch("B-2");
    const auto others = [this](const std::string& query) {
        return send({.target = "/v1/payout_batches" + query, .key = kOtherKey});
    };
    const std::string cursor = text_of(get("/v1/payout_batches?limit=1"), "next_cursor");

    EXPECT_EQ(others("").body, R"({"payout_batches":[],"next_cursor":null})");
    EXPECT_THAT(ids_of(others("?merchant_batch_number=B-1")), ::testing::IsEmpty());
    EXPECT_EQ(summary(others("?merchant_id=alpha")), "404 not_found");
    EXPECT_EQ(summary(others("?cursor=" + cursor)), "400 invalid_request cursor");
    EXPECT_EQ(listed("?merchant_id=alpha").size(), 2U);
}

TEST_F(PayoutBatchesApi, RefuseAListThatTheyCannotRead) {
    const std::vector<QueryCase> cases{
        {"limit=0", "400 invalid_request limit"},
        {"limit=201", "400 invalid_request limit"},
        {"cursor=1", "400 invalid_request cursor"},
        {"merchant_batch_number=", "400 invalid_request merchant_batch_number"},
        {"merchant_batch_number=" + std::string(65, 'B'),
         "400 invalid_request merchant_batch_number"},
        {"merchant_payout_number=L-1", "400 invalid_request merchant_payout_number"},
        {"status=pending", "400 invalid_request status"},
        {"created_from=yesterday", "400 invalid_request created_from"},
        {"created_from=2026-01-02T00:00:00Z&created_to=2026-01-01T00:00:00Z",
         "400 invalid_request created_to"},
    };
    for (const QueryCase& row : cases) {
        EXPECT_EQ(summary(get("/v1/payout_batches?" + row.target)), row.answer) << row.target;
    }
}

}  // namespace
}  // namespace sluice::testing
