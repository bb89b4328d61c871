#include "channel/adapter.hpp"

#include <algorithm>

#include "channel/script_api.hpp"
#include "core/value.hpp"

namespace sluice::channel {
namespace {

// A channel that says nothing of its delays is given long ones.
constexpr std::int64_t kNotFoundAfterDefault = 300;
constexpr std::int64_t kNotFoundAfterMax = 86'400;

constexpr std::array<Operation, 3> kOperations = {
    Operation::collect, Operation::query, Operation::close
};

std::unexpected<Error> wrong(const AdapterFiles& files, const std::string& what) {
    return fail(ErrorCode::invalid, "adapter '" + files.name + "': " + what);
}

Result<std::vector<std::string>> texts_of(const Value& record, std::string_view name) {
    std::vector<std::string> texts;
    const Value* list = record.find(name);
    if (list == nullptr) {
        return texts;
    }
    if (list->as_array() == nullptr) {
        return fail(ErrorCode::invalid, "'" + std::string(name) + "' is not a list of texts");
    }
    for (const Value& text : *list->as_array()) {
        if (text.as_text() == nullptr) {
            return fail(ErrorCode::invalid, "'" + std::string(name) + "' is not a list of texts");
        }
        texts.push_back(*text.as_text());
    }
    return texts;
}

Result<Capabilities> capabilities_of(const Value& declared) {
    const Value* record = declared.find("capabilities");
    if (record == nullptr) {
        return fail(ErrorCode::invalid, "'capabilities' is missing");
    }
    Capabilities capabilities;
    SLUICE_ASSIGN(capabilities.scenes, texts_of(*record, "scenes"));
    SLUICE_ASSIGN(capabilities.currencies, texts_of(*record, "currencies"));
    capabilities.amount_min_minor = record->int_or("amount_min_minor", 1);
    capabilities.amount_max_minor = record->int_or("amount_max_minor", 0);
    capabilities.expiry_max_seconds = record->int_or("expiry_max_seconds", 0);
    capabilities.not_found_after_seconds =
        record->int_or("not_found_after_seconds", kNotFoundAfterDefault);
    if (capabilities.not_found_after_seconds < 1 ||
        capabilities.not_found_after_seconds > kNotFoundAfterMax) {
        return fail(
            ErrorCode::invalid,
            "'capabilities' has not_found_after_seconds " +
                std::to_string(capabilities.not_found_after_seconds) + ", wanted 1 to 86400"
        );
    }
    const std::int64_t description_max = record->int_or("description_max_bytes", 0);
    const bool is_whole = !capabilities.scenes.empty() && !capabilities.currencies.empty() &&
                          capabilities.amount_min_minor > 0 &&
                          capabilities.amount_max_minor >= capabilities.amount_min_minor &&
                          capabilities.expiry_max_seconds > 0 && description_max > 0;
    if (!is_whole) {
        return fail(
            ErrorCode::invalid,
            "'capabilities' needs scenes, currencies, amount_max_minor, expiry_max_seconds and "
            "description_max_bytes"
        );
    }
    capabilities.description_max_bytes = static_cast<std::size_t>(description_max);
    return capabilities;
}

Result<Resend> parse_resend(std::string_view text) {
    if (text == "idempotent") {
        return Resend::idempotent;
    }
    if (text == "query_first" || text.empty()) {
        return Resend::query_first;
    }
    if (text == "never") {
        return Resend::never;
    }
    return fail(
        ErrorCode::invalid,
        "resend '" + std::string(text) + "' is not idempotent, query_first or never"
    );
}

Result<Adapter> read_declaration(const Value& declared) {
    Adapter adapter;
    adapter.name = declared.text_or_empty("name");
    if (const Value* title = declared.find("title")) {
        adapter.title_en = title->text_or_empty("en");
        adapter.title_zh = title->text_or_empty("zh");
    }
    if (adapter.title_en.empty() || adapter.title_zh.empty()) {
        return fail(ErrorCode::invalid, "'title' needs texts in en and zh");
    }
    SLUICE_ASSIGN(adapter.capabilities, capabilities_of(declared));
    SLUICE_ASSIGN(adapter.answer_headers, texts_of(declared, "answer_headers"));
    SLUICE_ASSIGN(adapter.masked, texts_of(declared, "masked"));
    return adapter;
}

/// Sets `resend` and makes sure that the functions of the operation are there.
Result<void> read_operation(Adapter& adapter, Operation operation, lua::Vm& vm) {
    const std::string path = "operations." + std::string(to_string(operation));
    for (const std::string_view function : {".request", ".response"}) {
        if (!vm.is_function(path + std::string(function))) {
            return fail(ErrorCode::invalid, path + std::string(function) + " is not a function");
        }
    }
    auto resend = vm.get(path + ".resend");
    if (!resend) {
        return fail(script_error(resend.error()));
    }
    const std::string text = resend->as_text() != nullptr ? *resend->as_text() : std::string();
    SLUICE_ASSIGN(adapter.resend[static_cast<std::size_t>(operation)], parse_resend(text));
    return {};
}

Result<Adapter> declare(const lua::ProgramPtr& program) {
    ScriptCalls calls;
    auto vm = lua::Vm::create({adapter_limits(), script_host_tables(calls), {}});
    if (!vm) {
        return fail(script_error(vm.error()));
    }
    if (auto loaded = (*vm)->load(*program); !loaded) {
        return fail(script_error(loaded.error()));
    }
    auto declared = (*vm)->get("");
    if (!declared) {
        return fail(script_error(declared.error()));
    }
    SLUICE_ASSIGN(Adapter adapter, read_declaration(*declared));
    for (const Operation operation : kOperations) {
        SLUICE_TRY(read_operation(adapter, operation, **vm));
    }
    if (!(*vm)->is_function("callback")) {
        return fail(ErrorCode::invalid, "'callback' is not a function");
    }
    return adapter;
}

}  // namespace

Error script_error(const lua::ScriptError& error) {
    return {ErrorCode::script, error.describe(), error.script + ":" + std::to_string(error.line)};
}

Result<AdapterPtr> make_adapter(const AdapterFiles& files) {
    auto program = lua::compile("channels/" + files.name + "/adapter.lua", files.script);
    if (!program) {
        return fail(script_error(program.error()));
    }
    auto adapter = declare(*program);
    if (!adapter) {
        return adapter.error().code == ErrorCode::script ? fail(adapter.error())
                                                         : wrong(files, adapter.error().message);
    }
    if (adapter->name != files.name) {
        return wrong(files, "its script says the name '" + adapter->name + "'");
    }
    auto form = parse_form(files.form);
    if (!form) {
        return wrong(files, form.error().message);
    }
    adapter->form = std::move(*form);
    adapter->program = std::move(*program);
    return std::make_shared<const Adapter>(std::move(*adapter));
}

}  // namespace sluice::channel
