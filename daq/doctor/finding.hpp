// What a check of the host says.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace spillgate::daq::doctor {

enum class Verdict : std::uint8_t {
    OK,
    UNKNOWN,  // it could not be found out; why is in `found`
    WARN,     // works, but not as well or as surely as it could
    BAD,      // data will be lost, or no run can be taken
};

struct Finding {
    std::string check;  // what was looked at: "receive buffer, board 0"
    Verdict verdict = Verdict::UNKNOWN;
    std::string found;
    std::string advice;   // what to do; empty if nothing
    std::string command;  // to type, where there is one
};

inline Finding ok(std::string check, std::string found) {
    return {std::move(check), Verdict::OK, std::move(found), {}, {}};
}
inline Finding unknown(std::string check, std::string why) {
    return {std::move(check), Verdict::UNKNOWN, std::move(why), {}, {}};
}
inline Finding warn(std::string check, std::string found, std::string advice, std::string command = {}) {
    return {std::move(check), Verdict::WARN, std::move(found), std::move(advice), std::move(command)};
}
inline Finding bad(std::string check, std::string found, std::string advice, std::string command = {}) {
    return {std::move(check), Verdict::BAD, std::move(found), std::move(advice), std::move(command)};
}

}  // namespace spillgate::daq::doctor
