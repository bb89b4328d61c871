#include "architecture/module_graph.hpp"

#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

namespace sluice::architecture {
namespace {

struct Layer {
    std::set<std::string> modules;
    std::set<std::string> may_use;
};

std::set<std::string> united(std::set<std::string> a, const std::set<std::string>& b) {
    a.insert(b.begin(), b.end());
    return a;
}

/// The layer table: who may use whom. Modules of one layer never use one another.
std::vector<Layer> layers() {
    const std::set<std::string> base{"core"};
    const auto settings = united(base, {"log", "config", "json"});
    const auto world = united(settings, {"lua", "db", "http"});
    const auto domain = united(world, {"payment", "flow", "script", "ledger", "channel"});
    const auto deciding = united(domain, {"decision", "notify"});
    const auto working = united(deciding, {"worker"});
    return {
        {{"core"}, {}},
        {{"log", "config", "json"}, base},
        {{"lua", "db", "http"}, settings},
        {{"payment"}, base},
        {{"flow"}, {"core", "lua", "payment"}},
        {{"script", "ledger", "channel"}, united(world, {"payment"})},
        {{"decision", "notify"}, domain},
        {{"kit"}, united(world, {"payment", "channel"})},
        {{"worker"}, deciding},
        {{"gateway", "simulator"}, working},
        {{"app"}, united(working, {"gateway", "simulator", "kit"})},
    };
}

std::set<std::string> split_names(std::string_view text) {
    std::set<std::string> names;
    std::istringstream in{std::string(text)};
    std::string name;
    while (std::getline(in, name, ',')) {
        names.insert(name);
    }
    return names;
}

std::string declaration_of(const std::string& module) {
    return "engine/" + module + "/CMakeLists.txt";
}

void check_use(
    const std::string& module,
    const std::set<std::string>& used,
    const std::set<std::string>& may_use,
    Findings& findings
) {
    for (const auto& other : used) {
        if (!may_use.contains(other)) {
            findings.push_back(
                {declaration_of(module), 0, "module " + module + " may not use " + other}
            );
        }
    }
}

/// The module named by `#include "module/file.hpp"`, or "".
std::string included_module(const std::string& line) {
    static const std::regex kInclude(R"re(^\s*#\s*include\s+"([a-z_0-9]+)/.*)re");
    std::smatch match;
    return std::regex_match(line, match, kInclude) ? match[1].str() : std::string();
}

std::string module_of(const SourceFile& source) {
    const auto begin = std::string_view("engine/").size();
    return source.path.substr(begin, source.path.find('/', begin) - begin);
}

}  // namespace

ModuleGraph parse_module_graph(std::string_view text) {
    static const std::regex kLine(R"(^(\w+) public=([\w,]*) private=([\w,]*)$)");
    ModuleGraph graph;
    std::istringstream in{std::string(text)};
    std::string line;
    std::smatch match;
    while (std::getline(in, line)) {
        if (std::regex_match(line, match, kLine)) {
            graph[match[1].str()] = {split_names(match[2].str()), split_names(match[3].str())};
        }
    }
    return graph;
}

ModuleGraph built_module_graph() {
    std::ifstream in(std::string(SLUICE_BUILD_DIR) + "/module_graph.txt");
    return parse_module_graph(std::string(std::istreambuf_iterator<char>(in), {}));
}

Findings check_layers(const ModuleGraph& graph) {
    Findings findings;
    for (const auto& [module, uses] : graph) {
        bool known = false;
        for (const auto& layer : layers()) {
            if (layer.modules.contains(module)) {
                known = true;
                check_use(module, uses.in_headers, layer.may_use, findings);
                check_use(module, uses.in_sources, layer.may_use, findings);
            }
        }
        if (!known) {
            findings.push_back(
                {declaration_of(module), 0, "module " + module + " stands in no layer"}
            );
        }
    }
    return findings;
}

Findings check_includes(const SourceFile& source, const ModuleGraph& graph) {
    Findings findings;
    const std::string module = module_of(source);
    const auto declared = graph.find(module);
    if (declared == graph.end()) {
        return {{source.path, 0, "module " + module + " is not declared"}};
    }
    for (std::size_t i = 0; i < source.lines.size(); ++i) {
        const std::string other = included_module(source.lines[i]);
        if (other.empty() || other == module || declared->second.in_headers.contains(other)) {
            continue;
        }
        const bool is_private = declared->second.in_sources.contains(other);
        if (source.is_header() || !is_private) {
            const std::string wanted = source.is_header() ? "PUBLIC " : "PUBLIC or PRIVATE ";
            findings.push_back(
                {source.path, i + 1, declaration_of(module) + " does not say " + wanted + other}
            );
        }
    }
    return findings;
}

Findings check_unused(const std::vector<SourceFile>& sources, const ModuleGraph& graph) {
    std::map<std::string, std::set<std::string>> included;
    for (const auto& source : sources) {
        for (const auto& line : source.lines) {
            included[module_of(source)].insert(included_module(line));
        }
    }
    Findings findings;
    for (const auto& [module, uses] : graph) {
        for (const auto& other : united(uses.in_headers, uses.in_sources)) {
            if (!included[module].contains(other)) {
                findings.push_back({declaration_of(module), 0, "declares " + other + ", unused"});
            }
        }
    }
    return findings;
}

}  // namespace sluice::architecture
