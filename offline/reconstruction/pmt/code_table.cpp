#include "offline/reconstruction/pmt/code_table.hpp"

#include <algorithm>
#include <cstdlib>

namespace spillgate::offline::pmt {

namespace {

// ⌊a/b⌋ for b > 0: towards minus infinity, where C++ division goes towards zero.
int floor_div(int a, int b) {
    return a / b - ((a % b != 0 && a < 0) ? 1 : 0);
}

int width(const proto::Encoding& encoding) {
    return std::clamp<int>(encoding.bits, 1, 16);
}

int correct(int code, config::PmtChain::CodeTable table) {
    switch (table) {
        case config::PmtChain::CSI_2017:
            return code - floor_div(code + 5, 11);
        case config::PmtChain::MUON_2017:
            return code + (code > 0 ? 1 : code < 0 ? -1 : 0) * floor_div(4 - std::abs(code), 11);
        case config::PmtChain::IDENTITY:
            break;
    }
    return code;
}

}  // namespace

std::int32_t lowest_code(const proto::Encoding& encoding) {
    return encoding.is_signed ? -(1 << (width(encoding) - 1)) : 0;
}

std::int32_t highest_code(const proto::Encoding& encoding) {
    return (1 << (encoding.is_signed ? width(encoding) - 1 : width(encoding))) - 1;
}

CodeTable::CodeTable(config::PmtChain::CodeTable table) : identity_(table == config::PmtChain::IDENTITY) {
    for (int code = -128; code < 128; ++code)
        corrected_[static_cast<std::size_t>(code + 128)] = static_cast<std::int16_t>(correct(code, table));
}

std::int32_t CodeTable::last_at_or_below(std::int32_t corrected) const {
    if (corrected < -128 || corrected > 127) return corrected;
    const auto after = std::upper_bound(corrected_.begin(), corrected_.end(), corrected);
    return static_cast<std::int32_t>(after - corrected_.begin()) - 1 - 128;
}

}  // namespace spillgate::offline::pmt
