#include "proto/result.hpp"

#include <ostream>

namespace spillgate::proto {

std::string_view name_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::CORRUPT:
            return "corrupt";
        case ErrorKind::TRUNCATED:
            return "truncated";
        case ErrorKind::UNSUPPORTED:
            return "unsupported";
        case ErrorKind::NOT_FOUND:
            return "not found";
        case ErrorKind::EXISTS:
            return "exists";
        case ErrorKind::IO:
            return "input/output";
        case ErrorKind::DISK_FULL:
            return "disk full";
        case ErrorKind::CONFIG:
            return "configuration";
        case ErrorKind::CLOSED:
            return "closed";
        case ErrorKind::TIMED_OUT:
            return "timed out";
        case ErrorKind::REFUSED:
            return "refused";
    }
    return "unknown";
}

std::ostream& operator<<(std::ostream& out, const Error& error) {
    return out << name_of(error.kind) << ": " << error.message;
}

}  // namespace spillgate::proto
