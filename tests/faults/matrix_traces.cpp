#include "faults/matrix_traces.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sstream>
#include <stdexcept>

namespace sluice::testing {
namespace {

using Left = MatrixTrace::Left;

/// How our record words what a channel says against it.
struct LieWords {
    std::string_view kind;
    std::string_view words;
};
constexpr std::array kContradictions{
    LieWords{"wrong_amount", "the channel's amount is 1235 CNY"},
    LieWords{"wrong_currency", "the channel's amount is 1234 USD"},
    LieWords{"wrong_merchant", "the channel's merchant is "},
    LieWords{"wrong_number", "the channel's order number is "},
};
static_assert(kMatrixAmount == 1'234, "the words above tell of it");

/// A lie that changes nothing of the end of what it was about.
struct LieInVain {
    std::string_view method;
    std::string_view operation;
    std::string_view kind;
    MatrixTrace trace;
};
constexpr std::array kLiesInVain{
    // It names the sum of all refunds only, and there is no room for such a one.
    LieInVain{"alipay", "refund", "wrong_amount", {Left::doubted_answer, "REFUND_FEE_DIFFERS"}},
    // A notice of a refund is one of its payment.
    LieInVain{
        "alipay",
        "refund_callback",
        "wrong_amount",
        {Left::conflict_of_payment, "the channel's amount is 1235 CNY"}
    },
    LieInVain{
        "alipay",
        "refund_callback",
        "wrong_merchant",
        {Left::conflict_of_payment, "the channel's merchant is "}
    },
    // At a till it says only that the payment is under way, and nobody reads more from it.
    LieInVain{"alipay", "create", "wrong_amount", {}},
};

constexpr std::string_view kBadSignature = "bad_signature";

bool is_notice(const MatrixCell& cell) { return cell.operation.ends_with("callback"); }

/// Nobody can tell who says it.
MatrixTrace trace_of_a_wrong_signature(const MatrixCell& cell) {
    return is_notice(cell) ? MatrixTrace{Left::refused_notice, kBadSignature}
                           : MatrixTrace{Left::doubted_answer, "SIGNATURE_INVALID"};
}

MatrixTrace trace_of_a_lie(const MatrixCell& cell, const MatrixProtocol& protocol) {
    if (cell.*protocol.end == kConflict) {
        const auto* said = std::ranges::find(kContradictions, cell.kind, &LieWords::kind);
        return {Left::conflict, said->words};
    }
    if (is_notice(cell) && cell.kind == "wrong_number") {
        return {Left::refused_notice, "not_recorded"};
    }
    const auto* in_vain = std::ranges::find_if(kLiesInVain, [&](const LieInVain& lie) {
        return lie.method == protocol.method && lie.operation == cell.operation &&
               lie.kind == cell.kind;
    });
    if (in_vain == kLiesInVain.end()) {
        throw std::logic_error(
            std::string(protocol.name) + ": what does " + std::string(cell.operation) + " " +
            std::string(cell.kind) + " leave for people?"
        );
    }
    return in_vain->trace;
}

/// A case that people have yet to end.
struct OpenCase {
    Id128 run;
    std::string kind;
    std::string detail;
    std::string status;  ///< of its instruction
    std::string tasks;   ///< that ask about its instruction, by kind
};

std::string told(const OpenCase& open) {
    return open.kind + " of what is " + open.status + ", asked by '" + open.tasks +
           "': " + open.detail;
}

std::vector<OpenCase> open_cases(const Cluster& cluster) {
    auto connection = cluster.connect();
    const auto rows = connection.run(
        "SELECT c.run_id, c.kind, c.detail, coalesce(i.status, 'unknown to us'), "
        "coalesce((SELECT string_agg(t.kind, ' ') FROM sluice.task t WHERE t.status = 'open' "
        "AND t.run_id = c.run_id AND t.about_id = c.instruction_id), '') "
        "FROM sluice.money_case c LEFT JOIN sluice.instruction i ON i.id = c.instruction_id "
        "AND i.run_id = c.run_id WHERE c.status = 'open'"
    );
    if (!rows) {
        throw std::runtime_error("the cases: " + rows.error().message);
    }
    std::vector<OpenCase> cases;
    for (const db::Row row : *rows) {
        cases.push_back(
            {.run = row.uuid(0),
             .kind = std::string(row.text(1)),
             .detail = std::string(row.text(2)),
             .status = std::string(row.text(3)),
             .tasks = std::string(row.text(4))}
        );
    }
    return cases;
}

/// What a case looks like that is left so.
struct CaseForm {
    Left left;
    std::string_view kind;
    std::string_view status;
    std::string_view task;
};
constexpr std::array kCaseForms{
    CaseForm{Left::conflict, "conflicted", "conflicted", "resolve"},
    CaseForm{Left::conflict_of_payment, "conflicted", "succeeded", "settle"},
    CaseForm{Left::returned, "refund_returned", "returned", "settle"},
};

bool is_so(const OpenCase& open, const CaseForm& form, std::string_view words) {
    return open.kind == form.kind && open.status == form.status && open.tasks == form.task &&
           open.detail.find(words) != std::string::npos;
}

/// Of "/v1/payments/pay_01...".
Id128 run_of(const std::string& path) {
    const auto run = Id128::parse(path.substr(path.rfind('_') + 1));
    if (!run) {
        throw std::runtime_error(path + ": " + run.error().message);
    }
    return *run;
}

/// How the engine calls what was asked.
std::string_view asked_in(const MatrixCell& cell) {
    return cell.operation == "create" ? "collect" : cell.operation;
}

/// Whether the answer stands in the timeline as one that says nothing, by that code.
bool is_doubted(Cluster& cluster, const MatrixCase& ended, std::string_view code) {
    const Reply timeline = cluster.api().get(ended.path + "/timeline");
    const Value* items = timeline.body.find("items");
    if (items == nullptr || items->as_array() == nullptr) {
        throw std::runtime_error(ended.path + " has no timeline: " + timeline.why);
    }
    return std::ranges::any_of(*items->as_array(), [&](const Value& item) {
        const Value& details = *item.find("details");
        const Value* outcome = details.find("outcome");
        return item.text_or_empty("type") == "outcome" && outcome != nullptr &&
               details.text_or_empty("operation") == asked_in(*ended.cell) &&
               outcome->text_or_empty("kind") == "unknown" &&
               outcome->text_or_empty("code") == code;
    });
}

/// By reason, of the one node.
std::map<std::string, std::int64_t> refused_notices(Cluster& cluster) {
    constexpr std::string_view kName = "sluice_callbacks_refused_total{reason=\"";
    std::map<std::string, std::int64_t> refused;
    std::istringstream lines(cluster.api_of(0).get("/metrics").why);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(kName)) {
            const std::string rest = line.substr(kName.size());
            refused[rest.substr(0, rest.find('"'))] = std::stoll(rest.substr(rest.rfind(' ') + 1));
        }
    }
    if (refused.empty()) {
        throw std::runtime_error("the node does not count the notices that it refuses");
    }
    return refused;
}

/// Holds what is there against what was to be left.
class TraceCheck {
  public:
    TraceCheck(Cluster& cluster, const MatrixProtocol& protocol)
        : cluster_(cluster), protocol_(protocol), cases_(open_cases(cluster)) {}

    void look_for(const MatrixCase& ended) {
        const MatrixTrace trace = trace_of(*ended.cell, protocol_);
        const auto* form = std::ranges::find(kCaseForms, trace.left, &CaseForm::left);
        if (form != kCaseForms.end()) {
            look_for_case(ended, *form, trace.words);
        } else if (trace.left == Left::refused_notice) {
            ++wanted_[std::string(trace.words)];
        } else if (trace.left == Left::doubted_answer &&
                   !is_doubted(cluster_, ended, trace.words)) {
            wrong_.push_back(
                ended.name() + ": no answer was " + std::string(trace.words) + ", " + ended.path
            );
        }
    }
    std::vector<std::string> rest() {
        for (const OpenCase& open : cases_) {
            wrong_.push_back(
                "a case for nothing, of run " + open.run.to_string() + ": " + told(open)
            );
        }
        // One that is refused is told again.
        for (const auto& [reason, count] : refused_notices(cluster_)) {
            const std::int64_t wanted = wanted_[reason];
            if (count < wanted || (wanted == 0 && count > 0)) {
                wrong_.push_back(
                    std::to_string(count) + " notices were refused as " + reason + ", wanted " +
                    std::to_string(wanted)
                );
            }
        }
        return std::move(wrong_);
    }

  private:
    void look_for_case(const MatrixCase& ended, const CaseForm& form, std::string_view words) {
        const bool is_of_payment = form.left == Left::conflict_of_payment;
        const Id128 run = run_of(is_of_payment ? ended.payment : ended.path);
        const auto found = std::ranges::find_if(cases_, [&](const OpenCase& open) {
            return open.run == run && is_so(open, form, words);
        });
        if (found == cases_.end()) {
            wrong_.push_back(
                ended.name() + ": no case that is " + std::string(form.kind) + " and says '" +
                std::string(words) + "', run " + run.to_string()
            );
            return;
        }
        cases_.erase(found);
    }

    Cluster& cluster_;
    const MatrixProtocol& protocol_;
    std::vector<OpenCase> cases_;  ///< that nothing has accounted for yet
    std::map<std::string, std::int64_t> wanted_;
    std::vector<std::string> wrong_;
};

}  // namespace

MatrixTrace trace_of(const MatrixCell& cell, const MatrixProtocol& protocol) {
    if (cell.kind == kBadSignature || cell.kind == "forged") {
        return trace_of_a_wrong_signature(cell);
    }
    if (cell.kind.starts_with("wrong_")) {
        return trace_of_a_lie(cell, protocol);
    }
    const bool came_back = cell.*protocol.end == "returned" && cell.operation == "refund";
    return came_back ? MatrixTrace{Left::returned} : MatrixTrace{};
}

std::vector<std::string> wrong_traces(
    Cluster& cluster, const MatrixProtocol& protocol, const std::vector<MatrixCase>& ended
) {
    TraceCheck check(cluster, protocol);
    for (const MatrixCase& each : ended) {
        check.look_for(each);
    }
    return check.rest();
}

}  // namespace sluice::testing
