#include "bench/load_plan.hpp"

#include <charconv>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

namespace sluice::bench {
namespace {

template <class Number>
bool read_number(const std::string& text, Number& number) {
    const auto* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    return error == std::errc{} && end == last;
}

bool read_seconds(const std::string& text, std::chrono::seconds& seconds) {
    std::int64_t count = 0;
    const bool is_number = read_number(text, count);
    seconds = std::chrono::seconds{count};
    return is_number;
}

bool read_file(const std::string& path, std::string& text) {
    std::ifstream in(path, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(in), {});
    return in.is_open();
}

bool read_lines(const std::string& path, std::vector<std::string>& lines) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return !lines.empty();
}

using Setter = std::function<bool(const std::string&)>;

std::map<std::string, Setter> setters(LoadPlan& plan) {
    return {
        {"--port", [&](const auto& v) { return read_number(v, plan.port); }},
        {"--path", [&](const auto& v) { return !(plan.path = v).empty(); }},
        {"--clients", [&](const auto& v) { return read_number(v, plan.clients); }},
        {"--seconds", [&](const auto& v) { return read_seconds(v, plan.duration); }},
        {"--warmup", [&](const auto& v) { return read_seconds(v, plan.warmup); }},
        {"--requests", [&](const auto& v) { return read_number(v, plan.requests_max); }},
        {"--tag", [&](const auto& v) { return !(plan.tag = v).empty(); }},
        {"--success", [&](const auto& v) { return !(plan.success = v).empty(); }},
        {"--header", [&](const auto& v) { return !plan.headers.emplace_back(v).empty(); }},
        {"--body", [&](const auto& v) { return read_file(v, plan.body); }},
        {"--objects", [&](const auto& v) { return read_lines(v, plan.objects); }},
    };
}

void replace_all(std::string& text, std::string_view what, const std::string& by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
}

}  // namespace

std::optional<LoadPlan> parse_plan(const std::vector<std::string>& arguments) {
    LoadPlan plan;
    const auto known = setters(plan);
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        const auto setter = known.find(arguments[i]);
        if (setter == known.end() || i + 1 == arguments.size() ||
            !setter->second(arguments[i + 1])) {
            std::fprintf(stderr, "error: cannot use option '%s'\n", arguments[i].c_str());
            return std::nullopt;
        }
    }
    if (plan.port == 0 || plan.clients == 0 || plan.body.empty()) {
        std::fprintf(stderr, "error: wanted at least --port, --body and one client\n");
        return std::nullopt;
    }
    return plan;
}

std::string render_request(const LoadPlan& plan, std::uint64_t n) {
    std::string body = plan.body;
    replace_all(body, "{{number}}", plan.tag + "-" + std::to_string(n));
    if (!plan.objects.empty()) {
        replace_all(body, "{{object}}", plan.objects[n % plan.objects.size()]);
    }
    std::string request = "POST " + plan.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    request += "Content-Type: application/json\r\n";
    for (const auto& header : plan.headers) {
        request += header + "\r\n";
    }
    request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    return request + body;
}

}  // namespace sluice::bench
