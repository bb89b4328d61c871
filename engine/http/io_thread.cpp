#include "http/io_thread.hpp"

#include <pthread.h>
#include <string>
#include <sys/resource.h>

namespace sluice::http {

void begin_io_thread(std::string_view name) {
    ::pthread_setname_np(::pthread_self(), std::string(name.substr(0, 15)).c_str());
    // On Linux each thread has its own; 0 stands for the one that asks. Where it is not allowed the
    // thread stays as urgent as the others, which costs some time and nothing else.
    const int now = ::getpriority(PRIO_PROCESS, 0);
    (void)::setpriority(PRIO_PROCESS, 0, now + kIoThreadNicer);
}

}  // namespace sluice::http
