#include "daq/ctl/login_name.hpp"

#include <vector>

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

namespace spillgate::daq {

std::string login_name() {
    const auto uid = ::getuid();
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> text(16384);
    if (::getpwuid_r(uid, &entry, text.data(), text.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return fmt::format("uid {}", uid);
}

}  // namespace spillgate::daq
