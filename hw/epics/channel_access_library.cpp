#include "hw/epics/channel_access_library.hpp"

#include <atomic>
#include <mutex>

#include <dlfcn.h>
#include <fmt/format.h>

namespace spillgate::hw::epics {

namespace {

std::atomic<const CaLibrary*> loaded{nullptr};

// Looks functions up by name and remembers those that are missing.
class Symbols {
  public:
    explicit Symbols(void* library) : library_(library) {}

    template <class Function>
    void find(const char* name, Function*& function) {
        // POSIX demands that dlsym's object pointer can be turned into a function's.
        function = reinterpret_cast<Function*>(::dlsym(library_, name));
        if (!function) missing_ += fmt::format("{}{}", missing_.empty() ? "" : ", ", name);
    }
    const std::string& missing() const { return missing_; }

  private:
    void* library_;
    std::string missing_;
};

proto::Result<CaLibrary> load(const std::string& path) {
    void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) {
        const char* why = ::dlerror();
        return proto::error(
            proto::ErrorKind::NOT_FOUND,
            fmt::format("the Channel Access library '{}' cannot be loaded: {}; Debian's package "
                        "is libca4.13.5, or name another file as `library`",
                        path, why ? why : "no reason given"));
    }
    CaLibrary ca;
    Symbols symbols(handle);
    symbols.find("ca_context_create", ca.context_create);
    symbols.find("ca_context_destroy", ca.context_destroy);
    symbols.find("ca_current_context", ca.current_context);
    symbols.find("ca_attach_context", ca.attach_context);
    symbols.find("ca_detach_context", ca.detach_context);
    symbols.find("ca_create_channel", ca.create_channel);
    symbols.find("ca_clear_channel", ca.clear_channel);
    symbols.find("ca_puser", ca.puser);
    symbols.find("ca_create_subscription", ca.create_subscription);
    symbols.find("ca_flush_io", ca.flush_io);
    symbols.find("ca_message", ca.message);
    symbols.find("ca_add_exception_event", ca.add_exception_event);
    if (symbols.missing().empty()) return ca;
    return proto::error(
        proto::ErrorKind::NOT_FOUND,
        fmt::format("'{}' is not a Channel Access library that can be used here: it has no {}", path,
                    symbols.missing()));
}

}  // namespace

proto::Result<const CaLibrary*> load_ca_library(const std::string& path) {
    static std::mutex mutex;
    static CaLibrary library;
    const std::lock_guard lock(mutex);
    auto found = load(path);
    if (!found) return found.error();
    if (!loaded) {
        library = *found;
        loaded = &library;
    } else if (found->context_create != library.context_create) {
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("'{}' is not the Channel Access library that this process has loaded "
                                        "already; a configuration names one",
                                        path));
    }
    return &library;
}

const CaLibrary* loaded_ca_library() {
    return loaded;
}

}  // namespace spillgate::hw::epics
