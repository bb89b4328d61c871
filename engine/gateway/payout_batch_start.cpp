#include "gateway/payout_batch_start.hpp"

#include <memory>
#include <optional>
#include <utility>

#include "core/mutex.hpp"
#include "gateway/problem.hpp"

namespace sluice::gateway {
namespace {

/// Enough to fill commits, few enough to leave room in them for others.
constexpr std::size_t kAtOnce = 64;

/// The lines of one batch on their way to begin. Lives as long as the engine is asked for one.
class LineStarts : public std::enable_shared_from_this<LineStarts> {
  public:
    LineStarts(const Services& services, std::vector<LineStart> lines, LinesBegun reply)
        : services_(services), lines_(std::move(lines)), reply_(std::move(reply)) {}

    /// The engine may answer at once, on this very stack: then the outer call goes on.
    void go_on() SLUICE_EXCLUDES(mutex_) {
        while (const auto next = take_next()) {
            services_.parts.intake.start(
                std::move(lines_[*next].start),
                [self = shared_from_this(), at = *next](const Result<payment::Picture>& begun) {
                    self->note(at, begun);
                    self->go_on();
                }
            );
            stop_asking();
        }
        if (auto outcome = take_outcome()) {
            reply_(*std::move(outcome));
        }
    }

  private:
    using Outcome = Result<std::vector<BatchLine>>;

    /// One at a time asks, so that answers that come at once make no deep stack.
    std::optional<std::size_t> take_next() SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        if (asking_ || error_ || next_ == lines_.size() || open_ >= kAtOnce) {
            return std::nullopt;
        }
        asking_ = true;
        ++open_;
        return next_++;
    }

    void stop_asking() SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        asking_ = false;
    }

    void note(std::size_t at, const Result<payment::Picture>& begun) SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        --open_;
        if (begun) {
            return;
        }
        Problem problem = problem_of(begun.error());
        if (problem.status >= 500) {
            error_ = begun.error();
            return;
        }
        BatchLine& line = refused_.emplace_back(lines_[at].line);
        line.problem_code = std::move(problem.code);
        line.problem_message = std::move(problem.detail);
    }

    /// Once, when nothing is open and nobody will ask again.
    std::optional<Outcome> take_outcome() SLUICE_EXCLUDES(mutex_) {
        const MutexLock lock(mutex_);
        const bool all_asked = error_ || next_ == lines_.size();
        if (asking_ || !all_asked || open_ > 0 || std::exchange(told_, true)) {
            return std::nullopt;
        }
        return error_ ? Outcome(fail(*error_)) : Outcome(std::move(refused_));
    }

    const Services& services_;
    std::vector<LineStart> lines_;
    LinesBegun reply_;
    Mutex mutex_;
    std::size_t next_ SLUICE_GUARDED_BY(mutex_) = 0;
    std::size_t open_ SLUICE_GUARDED_BY(mutex_) = 0;
    bool asking_ SLUICE_GUARDED_BY(mutex_) = false;
    bool told_ SLUICE_GUARDED_BY(mutex_) = false;
    std::optional<Error> error_ SLUICE_GUARDED_BY(mutex_);
    std::vector<BatchLine> refused_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace

void begin_lines(const Services& services, std::vector<LineStart> lines, LinesBegun reply) {
    std::make_shared<LineStarts>(services, std::move(lines), std::move(reply))->go_on();
}

}  // namespace sluice::gateway
