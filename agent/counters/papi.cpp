#include "agent/counters/papi.h"

#include <dlfcn.h>
#include <pthread.h>

namespace pyprof::counters {
namespace {

// Of papi.h; unchanged from PAPI 5.5 to 7.1.
constexpr int ok = 0;
constexpr int no_set = -1;
constexpr int option_library_version = 21;
constexpr int version_mask = static_cast<int>(0xffff0000);  // major and minor

constexpr const char* library_names[] = {"libpapi.so",     "libpapi.so.7", "libpapi.so.7.1", "libpapi.so.7.0",
                                         "libpapi.so.6.0", "libpapi.so.6", "libpapi.so.5.7", "libpapi.so.5"};

// The same in a forked child, where the thread goes on under another kernel id.
unsigned long thread_id() { return pthread_self(); }

using OpenInNamespace = void* (*)(Lmid_t, const char*, int);

void* open_library() {
    const auto open = reinterpret_cast<OpenInNamespace>(dlsym(RTLD_DEFAULT, "dlmopen"));
    if (open == nullptr) return nullptr;
    for (const char* name : library_names)
        if (void* library = open(LM_ID_NEWLM, name, RTLD_NOW | RTLD_LOCAL)) return library;
    return nullptr;
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

}  // namespace

bool Papi::resolve(void* library) {
    return find(library, "PAPI_get_opt", get_option_) && find(library, "PAPI_library_init", library_init_) &&
           find(library, "PAPI_thread_init", thread_init_) && find(library, "PAPI_register_thread", register_thread_) &&
           find(library, "PAPI_unregister_thread", unregister_thread_) &&
           find(library, "PAPI_create_eventset", create_set_) && find(library, "PAPI_add_named_event", add_event_) &&
           find(library, "PAPI_start", start_) && find(library, "PAPI_read", read_) &&
           find(library, "PAPI_stop", stop_) && find(library, "PAPI_cleanup_eventset", clean_set_) &&
           find(library, "PAPI_destroy_eventset", destroy_set_) && find(library, "PAPI_strerror", error_text_);
}

const char* Papi::load() {
    void* library = open_library();
    if (library == nullptr) return "libpapi is not installed where the dynamic linker looks";
    if (!resolve(library)) return "this libpapi is older than 5.5";
    const int version = get_option_(option_library_version, nullptr) & version_mask;
    if (library_init_(version) != version) return "PAPI cannot be initialised";
    return thread_init_(thread_id) == ok ? nullptr : "PAPI has no support for threads";
}

const char* Papi::try_event(const char* name) {
    int set = no_set;
    int result = create_set_(&set);
    if (result == ok) result = add_event_(set, name);
    const char* problem = result == ok ? nullptr : error_text_(result);
    if (set != no_set) {
        clean_set_(set);
        destroy_set_(&set);
    }
    return problem;
}

int Papi::start_thread(const char* const* names, std::uint32_t count) {
    int set = no_set;
    if (register_thread_() != ok || create_set_(&set) != ok) return no_set;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (add_event_(set, names[i]) == ok) continue;
        clean_set_(set);
        destroy_set_(&set);
        return no_set;
    }
    if (start_(set) == ok) return set;
    clean_set_(set);
    destroy_set_(&set);
    return no_set;
}

void Papi::stop_thread(int set) {
    long long values[32];
    stop_(set, values);
    clean_set_(set);
    destroy_set_(&set);
    unregister_thread_();
}

void Papi::forget_thread() { unregister_thread_(); }

}  // namespace pyprof::counters
