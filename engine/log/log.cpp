#include "log/log.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <vector>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "core/clock.hpp"

namespace sluice::log {

/// The innermost scope of each thread, and the way outwards.
class ScopeChain {
  public:
    static const Scope*& innermost() {
        thread_local const Scope* scope = nullptr;
        return scope;
    }

    static std::vector<Field> fields() {
        std::vector<Field> all;
        for (const Scope* scope = innermost(); scope != nullptr; scope = scope->outer_) {
            const auto end = scope->fields_.begin() + static_cast<std::ptrdiff_t>(scope->size_);
            all.insert(all.begin(), scope->fields_.begin(), end);
        }
        return all;
    }
};

namespace {

/// The one sink of the process: spdlog guards it against lines that cross.
class Sink {
  public:
    Sink() : logger_("sluice", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
        logger_.set_pattern("%v");
        logger_.set_level(spdlog::level::trace);
    }

    void configure(const Settings& settings) {
        level_.store(settings.level, std::memory_order_relaxed);
        format_.store(settings.format, std::memory_order_relaxed);
    }
    [[nodiscard]] bool is_enabled(Level level) const {
        return level >= level_.load(std::memory_order_relaxed);
    }
    void write(Level level, std::string_view event, Fields fields) {
        try {
            const std::vector<Field> context = ScopeChain::fields();
            const Line line{
                .time = SystemClock().now(),
                .level = level,
                .event = event,
                .context = context,
                .fields = {fields.begin(), fields.size()},
            };
            logger_.log(
                spdlog::level::info, format_line(format_.load(std::memory_order_relaxed), line)
            );
        } catch (const std::exception&) {
            // A log that cannot be written must not stop a payment.
            return;
        }
    }

  private:
    std::atomic<Level> level_ = Level::info;
    std::atomic<Format> format_ = Format::text;
    spdlog::logger logger_;
};

Sink& sink() {
    static Sink the_sink;
    return the_sink;
}

void write_if_enabled(Level level, std::string_view event, Fields fields) {
    if (sink().is_enabled(level)) {
        sink().write(level, event, fields);
    }
}

}  // namespace

void configure(const Settings& settings) { sink().configure(settings); }

bool is_enabled(Level level) { return sink().is_enabled(level); }

void debug(std::string_view event, Fields fields) { write_if_enabled(Level::debug, event, fields); }

void info(std::string_view event, Fields fields) { write_if_enabled(Level::info, event, fields); }

void warn(std::string_view event, Fields fields) { write_if_enabled(Level::warn, event, fields); }

void error(std::string_view event, Fields fields) { write_if_enabled(Level::error, event, fields); }

Scope::Scope(Fields fields)
    : size_(std::min(fields.size(), kFieldsMax)), outer_(ScopeChain::innermost()) {
    std::copy_n(fields.begin(), size_, fields_.begin());
    ScopeChain::innermost() = this;
}

Scope::~Scope() { ScopeChain::innermost() = outer_; }

}  // namespace sluice::log
