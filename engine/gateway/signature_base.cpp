#include "gateway/signature_base.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "gateway/text_rule.hpp"

namespace sluice::gateway {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t";
    const std::size_t from = text.find_first_not_of(kBlank);
    if (from == std::string_view::npos) {
        return {};
    }
    return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

std::string_view name_of(Scheme scheme) { return scheme == Scheme::https ? "https" : "http"; }

/// In lower case and without the scheme's own port.
Result<std::string> authority_of(const http::Request& request, Scheme scheme) {
    const auto count = std::ranges::count_if(request.headers, [](const auto& field) {
        return http::equal_ignoring_case(field.first, "Host");
    });
    if (count != 1) {
        return fail(
            ErrorCode::invalid, "Host stands " + std::to_string(count) + " times, wanted once"
        );
    }
    std::string authority(request.headers.get_or_empty("Host"));
    std::ranges::transform(authority, authority.begin(), lower);
    const std::string_view port = scheme == Scheme::https ? ":443" : ":80";
    if (authority.ends_with(port)) {
        authority.resize(authority.size() - port.size());
    }
    return authority;
}

Result<std::string> derived(const http::Request& request, std::string_view name, Scheme scheme) {
    if (name == "@method") {
        return request.method;
    }
    if (name == "@path") {
        return request.path.empty() ? "/" : request.path;
    }
    if (name == "@query") {
        return "?" + request.query;
    }
    if (name == "@request-target") {
        return request.target;
    }
    if (name == "@scheme") {
        return std::string(name_of(scheme));
    }
    if (name == "@authority") {
        return authority_of(request, scheme);
    }
    if (name == "@target-uri") {
        SLUICE_ASSIGN(const std::string authority, authority_of(request, scheme));
        return std::string(name_of(scheme)) + "://" + authority + request.target;
    }
    return fail(ErrorCode::invalid, "component '" + show_bytes(name) + "' is not known here");
}

Result<std::string> component_value(
    const http::Request& request, std::string_view name, Scheme scheme
) {
    if (name.starts_with('@')) {
        return derived(request, name, scheme);
    }
    if (std::ranges::any_of(name, is_upper)) {
        return fail(
            ErrorCode::invalid, "component '" + show_bytes(name) + "' is not in lower case"
        );
    }
    auto value = combined_field(request, name);
    if (!value) {
        return fail(
            ErrorCode::invalid,
            "component '" + show_bytes(name) + "' is covered, but the request has no such field"
        );
    }
    return *std::move(value);
}

}  // namespace

std::optional<std::string> combined_field(const http::Request& request, std::string_view name) {
    std::optional<std::string> all;
    for (const auto& [field, value] : request.headers) {
        if (http::equal_ignoring_case(field, name)) {
            all = (all ? *all + ", " : std::string()) + std::string(trimmed(value));
        }
    }
    return all;
}

Result<std::string> signature_base(
    const http::Request& request, const structured::InnerList& covered, Scheme scheme
) {
    std::string base;
    std::vector<std::string_view> seen;
    for (const structured::Item& item : covered.items) {
        const auto* name = std::get_if<std::string>(&item.value);
        if (name == nullptr || !item.parameters.empty()) {
            return fail(
                ErrorCode::invalid,
                "component " + show_bytes(structured::to_string(item)) +
                    " is not known here, wanted a name in quotes without parameters"
            );
        }
        if (std::ranges::find(seen, *name) != seen.end()) {
            return fail(
                ErrorCode::invalid, "component '" + show_bytes(*name) + "' is covered twice"
            );
        }
        seen.push_back(*name);
        SLUICE_ASSIGN(const std::string value, component_value(request, *name, scheme));
        base += "\"" + *name + "\": " + value + "\n";
    }
    base += "\"@signature-params\": " + structured::to_string(covered);
    return base;
}

}  // namespace sluice::gateway
