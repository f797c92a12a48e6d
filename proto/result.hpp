// Result<T>: a value or an Error. The data path returns these; only start-up throws.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

#include <boost/system/result.hpp>

namespace spillgate::proto {

enum class ErrorKind {
    CORRUPT,      // bytes that contradict themselves: checksum, length, magic, impossible offset
    TRUNCATED,    // bytes end too early
    UNSUPPORTED,  // a major version or format that this program does not know
    NOT_FOUND,
    EXISTS,
    IO,         // the operating system refused; `code` is errno
    DISK_FULL,  // ENOSPC, EDQUOT, or the reserve was reached
    CONFIG,     // what a person wrote is not allowed
    CLOSED,     // the other side is gone
    TIMED_OUT,
    REFUSED,  // an illegal request, the reason in the message
};

std::string_view name_of(ErrorKind kind);

struct Error {
    ErrorKind kind{};
    std::string message;  // one sentence that says what, where, and what is allowed
    int code = 0;         // errno for IO and DISK_FULL
};

template <class T>
using Result = boost::system::result<T, Error>;
using Status = boost::system::result<void, Error>;

// "KIND: MESSAGE", for tests and logs.
std::ostream& operator<<(std::ostream& out, const Error& error);

inline Error error(ErrorKind kind, std::string message, int code = 0) {
    return {kind, std::move(message), code};
}

// Thrown at start-up only, and by value() on an error that was not expected.
class Failure : public std::exception {
  public:
    explicit Failure(Error error) : error_(std::move(error)) {}
    const char* what() const noexcept override { return error_.message.c_str(); }
    const Error& error() const noexcept { return error_; }

  private:
    Error error_;
};

// boost::system::result calls this when value() is asked of an error.
[[noreturn]] inline void throw_exception_from_error(const Error& e, const boost::source_location&) {
    throw Failure(e);
}

}  // namespace spillgate::proto
