#include "flow/step.hpp"

#include "core/json_record.hpp"
#include "payment/names.hpp"

namespace sluice::flow {
namespace {

constexpr payment::Names<Recorded::Kind, 3> kRecordedKinds{
    "recorded result", {"decision", "refusal", "terms"}
};

}  // namespace

void append_json(std::string& out, const Recorded& recorded) {
    JsonRecord record(out);
    record.add("type", kRecordedKinds.of(recorded.kind));
    record.add("ordinal", std::int64_t{recorded.ordinal});
    record.add_value("value", recorded.value);
    record.end();
}

Result<Recorded> recorded_from_value(const Value& value) {
    Recorded recorded;
    SLUICE_ASSIGN(recorded.kind, kRecordedKinds.parse(value.text_or_empty("type")));
    recorded.ordinal = static_cast<std::uint32_t>(value.int_or("ordinal", 0));
    if (const Value* inner = value.find("value")) {
        recorded.value = *inner;
    }
    return recorded;
}

}  // namespace sluice::flow
