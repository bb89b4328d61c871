// Preloaded into the server (LD_PRELOAD), it copies every journal body that is about to be
// compressed, one a line, to $JOURNAL_TAP/<pid>.jsonl: the samples of a new dictionary, see
// tools/dev/dictionary.sh. What it cannot write is lost; the server goes on.
#include <cstddef>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

int open_tap() {
    const char* folder = std::getenv("JOURNAL_TAP");
    if (folder == nullptr) {
        return -1;
    }
    const std::string file = std::string(folder) + "/" + std::to_string(getpid()) + ".jsonl";
    return open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

void tap(std::string_view body) {
    static const int kFile = open_tap();
    // One write, so that lines of several threads do not mix.
    const std::string line = std::string(body) + "\n";
    [[maybe_unused]] const ssize_t written = write(kFile, line.data(), line.size());
}

}  // namespace

extern "C" std::size_t ZSTD_compress2(
    void* context, void* target, std::size_t capacity, const void* source, std::size_t size
) {
    static const auto kReal =
        reinterpret_cast<decltype(&ZSTD_compress2)>(dlsym(RTLD_NEXT, "ZSTD_compress2"));
    tap({static_cast<const char*>(source), size});
    return kReal(context, target, capacity, source, size);
}
