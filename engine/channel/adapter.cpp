#include "channel/adapter.hpp"

#include <algorithm>

#include "channel/crypto.hpp"
#include "channel/form.hpp"
#include "channel/payout_many.hpp"
#include "channel/script_api.hpp"
#include "core/utf8.hpp"
#include "core/value.hpp"

namespace sluice::channel {
namespace {

constexpr std::array<Operation, payment::kOperationCount> kOperations = {
    Operation::collect,
    Operation::query,
    Operation::close,
    Operation::refund,
    Operation::refund_query,
    Operation::payout,
    Operation::payout_query,
};

constexpr std::size_t kNameMax = 40;

std::unexpected<Error> wrong(const AdapterFiles& files, const std::string& what) {
    return fail(ErrorCode::invalid, "adapter '" + files.name + "': " + what);
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

bool is_media_type(std::string_view text) {
    const auto is_good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '+' ||
               c == '.' || c == '/';
    };
    const std::size_t slash = text.find('/');
    return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size() &&
           text.find('/', slash + 1) == std::string_view::npos &&
           std::ranges::all_of(text, is_good);
}

Result<Adapter> read_declaration(const Value& declared) {
    Adapter adapter;
    adapter.resend.fill(Resend::query_first);
    adapter.name = declared.text_or_empty("name");
    if (const Value* title = declared.find("title")) {
        adapter.title_en = title->text_or_empty("en");
        adapter.title_zh = title->text_or_empty("zh");
    }
    if (adapter.title_en.empty() || adapter.title_zh.empty()) {
        return fail(ErrorCode::invalid, "'title' needs texts in en and zh");
    }
    const Value* capabilities = declared.find("capabilities");
    if (capabilities == nullptr) {
        return fail(ErrorCode::invalid, "'capabilities' is missing");
    }
    SLUICE_ASSIGN(adapter.capabilities, capabilities_from_value(*capabilities));
    SLUICE_ASSIGN(adapter.answer_headers, texts_from_value(declared, "answer_headers"));
    SLUICE_ASSIGN(adapter.masked.in_part, texts_from_value(declared, "masked"));
    adapter.callback_type = declared.text_or_empty("callback_type");
    if (!adapter.callback_type.empty() && !is_media_type(adapter.callback_type)) {
        return fail(
            ErrorCode::invalid,
            "'callback_type' is '" + adapter.callback_type +
                "', wanted a media type in lower case without parameters, as application/json"
        );
    }
    return adapter;
}

/// What stands under `operations`; a name that is none of ours would never be called.
Result<void> find_operations(Adapter& adapter, const Value& declared) {
    const Value* operations = declared.find("operations");
    if (operations == nullptr || operations->as_object() == nullptr) {
        return fail(ErrorCode::invalid, "'operations' is missing");
    }
    for (const auto& [name, value] : *operations->as_object()) {
        if (name == kPayoutMany) {
            continue;
        }
        SLUICE_ASSIGN(const Operation operation, parse_operation(name));
        adapter.has[static_cast<std::size_t>(operation)] = true;
    }
    return {};
}

/// Whether it has all that money of this purpose needs when it is declared, and nothing of it when
/// it is not.
struct Wanted {
    payment::Purpose purpose;
    bool is_declared;
    std::string_view declaration;
};

Result<void> check_operations(const Adapter& adapter, const Wanted& wanted) {
    for (const Operation operation : kOperations) {
        const bool is_meant = payment::purpose_of(operation) == wanted.purpose;
        if (!is_meant || adapter.can(operation) == wanted.is_declared) {
            continue;
        }
        std::string message = "operations." + std::string(to_string(operation));
        message += wanted.is_declared ? " is missing, but '" : " is there without '";
        message += wanted.declaration;
        message += wanted.is_declared ? "' promises it" : "'";
        return fail(ErrorCode::invalid, std::move(message));
    }
    return {};
}

Result<void> check_operations(const Adapter& adapter) {
    using payment::Purpose;
    const Capabilities& can = adapter.capabilities;
    // What is collected no longer may still be asked about.
    const bool collects = !can.scenes.empty() || adapter.can(Operation::collect) ||
                          adapter.can(Operation::query) || adapter.can(Operation::close);
    for (const Wanted& wanted : {
             Wanted{Purpose::collect, collects, "capabilities.scenes"},
             Wanted{Purpose::refund, can.refund.has_value(), "capabilities.refund"},
             Wanted{Purpose::payout, can.payout.has_value(), "capabilities.payout"},
         }) {
        SLUICE_TRY(check_operations(adapter, wanted));
    }
    return {};
}

/// A scene or a way of payouts that the form misspells would need nothing.
Result<void> check_scenes(const FormField& field, const std::vector<std::string>& known) {
    for (const std::string& scene : field.scenes) {
        if (std::ranges::find(known, scene) == known.end()) {
            return fail(
                ErrorCode::invalid,
                "its form's field '" + field.name + "' is for '" + scene + "', which is no scene"
            );
        }
    }
    return {};
}

Result<void> check_scenes(const Form& form, const Capabilities& can) {
    std::vector<std::string> known = can.scenes;
    if (can.payout) {
        known.insert(known.end(), can.payout->methods.begin(), can.payout->methods.end());
    }
    for (const auto& fields : {form.fields, form.payer}) {
        for (const FormField& field : fields) {
            SLUICE_TRY(check_scenes(field, known));
        }
    }
    return {};
}

/// Sets `resend` and makes sure that the functions of the operation are there.
Result<void> read_operation(Adapter& adapter, Operation operation, lua::Vm& vm) {
    const std::string path = "operations." + std::string(to_string(operation));
    for (const std::string_view function : {".request", ".response"}) {
        if (!vm.is_function(path + std::string(function))) {
            return fail(ErrorCode::invalid, path + std::string(function) + " is not a function");
        }
    }
    const bool hands_over =
        operation == Operation::collect && !adapter.capabilities.handed_over.empty();
    if (hands_over && !vm.is_function(path + ".hand_over")) {
        return fail(
            ErrorCode::invalid,
            path + ".hand_over is not a function, but 'capabilities.handed_over' promises it"
        );
    }
    auto resend = vm.get(path + ".resend");
    if (!resend) {
        return fail(script_error(resend.error()));
    }
    const std::string text = resend->as_text() != nullptr ? *resend->as_text() : std::string();
    SLUICE_ASSIGN(adapter.resend[static_cast<std::size_t>(operation)], parse_resend(text));
    return {};
}

/// No operation about one instruction: each of its lines has the `resend` of a payout.
Result<void> check_payout_many(const Adapter& adapter, const Value& declared, lua::Vm& vm) {
    const std::string path = "operations." + std::string(kPayoutMany);
    const bool is_declared = adapter.pays_many() != nullptr;
    if ((declared.find("operations")->find(kPayoutMany) != nullptr) != is_declared) {
        return fail(
            ErrorCode::invalid,
            path + (is_declared ? " is missing, but 'capabilities.payout.many' promises it"
                                : " is there without 'capabilities.payout.many'")
        );
    }
    if (!is_declared) {
        return {};
    }
    for (const char* function : {".request", ".response"}) {
        if (!vm.is_function(path + function)) {
            return fail(ErrorCode::invalid, path + function + " is not a function");
        }
    }
    auto resend = vm.get(path + ".resend");
    if (!resend) {
        return fail(script_error(resend.error()));
    }
    if (!resend->is_null()) {
        return fail(ErrorCode::invalid, path + ".resend is there, but a batch is never sent again");
    }
    return {};
}

/// Kind by kind, with the functions of each.
Result<void> read_bills(Adapter& adapter, const Value& declared, lua::Vm& vm) {
    const Value* bills = declared.find("bills");
    if (bills == nullptr) {
        return {};
    }
    if (bills->as_object() == nullptr) {
        return fail(ErrorCode::invalid, "'bills' is no record");
    }
    for (const auto& [kind, bill] : *bills->as_object()) {
        for (const char* function : {".request", ".response", ".fetch"}) {
            if (!vm.is_function("bills." + kind + function)) {
                return fail(ErrorCode::invalid, "bills." + kind + function + " is not a function");
            }
        }
        SLUICE_ASSIGN(BillFile file, bill_file_from_value(bill));
        adapter.bills.emplace(kind, std::move(file));
    }
    return {};
}

Result<void> read_balance(Adapter& adapter, const Value& declared, lua::Vm& vm) {
    if (declared.find("balance") == nullptr) {
        return {};
    }
    for (const char* function : {"balance.request", "balance.response"}) {
        if (!vm.is_function(function)) {
            return fail(ErrorCode::invalid, std::string(function) + " is not a function");
        }
    }
    adapter.tells_balance = true;
    return {};
}

Result<Adapter> declare(
    const lua::ProgramPtr& program, const std::vector<lua::ProgramPtr>& libraries
) {
    ScriptCalls calls;
    auto vm = lua::Vm::create({adapter_limits(), script_host_tables(calls), libraries});
    if (!vm) {
        return fail(script_error(vm.error()));
    }
    if (auto loaded = (*vm)->load_frozen(*program); !loaded) {
        return fail(script_error(loaded.error()));
    }
    auto declared = (*vm)->get("");
    if (!declared) {
        return fail(script_error(declared.error()));
    }
    SLUICE_ASSIGN(Adapter adapter, read_declaration(*declared));
    SLUICE_TRY(find_operations(adapter, *declared));
    SLUICE_TRY(check_operations(adapter));
    for (const Operation operation : kOperations) {
        if (adapter.can(operation)) {
            SLUICE_TRY(read_operation(adapter, operation, **vm));
        }
    }
    SLUICE_TRY(check_payout_many(adapter, *declared, **vm));
    SLUICE_TRY(read_bills(adapter, *declared, **vm));
    SLUICE_TRY(read_balance(adapter, *declared, **vm));
    adapter.shows_keys = (*vm)->is_function("keys.request") && (*vm)->is_function("keys.response");
    if (!(*vm)->is_function("callback")) {
        return fail(ErrorCode::invalid, "'callback' is not a function");
    }
    return adapter;
}

}  // namespace

Error script_error(const lua::ScriptError& error) {
    return {ErrorCode::script, error.describe(), error.script + ":" + std::to_string(error.line)};
}

Result<void> check_channel_name(std::string_view name) {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_good = [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (!name.empty() && name.size() <= kNameMax && is_letter(name.front()) &&
        std::ranges::all_of(name, is_good)) {
        return {};
    }
    return fail(
        ErrorCode::invalid,
        "the channel's name is '" + std::string(cut_text(name, kNameMax)) +
            "', wanted 1 to 40 of a-z, 0-9, '_' and '-', the first one a letter"
    );
}

std::string digest_of(const AdapterFiles& files) {
    std::string text;
    const auto add = [&text](std::string_view part) {
        text += std::to_string(part.size()) + "\n";
        text += part;
    };
    add(files.name);
    add(files.script);
    add(files.form);
    for (const auto& [name, library] : files.libraries) {
        add(name);
        add(library);
    }
    return sha256_hex(text);
}

Result<AdapterPtr> make_adapter(const AdapterFiles& files) {
    SLUICE_TRY(check_channel_name(files.name));
    std::vector<lua::ProgramPtr> libraries;
    for (const auto& [name, text] : files.libraries) {
        auto library = lua::compile("channels/" + files.name + "/" + name, text);
        if (!library) {
            return fail(script_error(library.error()));
        }
        libraries.push_back(std::move(*library));
    }
    auto program = lua::compile("channels/" + files.name + "/adapter.lua", files.script);
    if (!program) {
        return fail(script_error(program.error()));
    }
    auto adapter = declare(*program, libraries);
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
    if (!form->payee.empty() && !adapter->capabilities.payout) {
        return wrong(files, "its form has a payee, its 'capabilities' no payout");
    }
    if (auto checked = check_scenes(*form, adapter->capabilities); !checked) {
        return wrong(files, checked.error().message);
    }
    for (const auto& party : {form->payee, form->payer}) {
        for (const FormField& field : party) {
            if (field.kind == FieldKind::secret) {
                adapter->masked.whole.push_back(field.name);
            }
        }
    }
    adapter->digest = digest_of(files);
    adapter->form = std::move(*form);
    adapter->program = std::move(*program);
    adapter->libraries = std::move(libraries);
    return std::make_shared<const Adapter>(std::move(*adapter));
}

}  // namespace sluice::channel
