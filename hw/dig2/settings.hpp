// The plan as parameters of the module, in the order in which they are set. Names: CAEN's user manuals of the
// scope and DPP-PSD firmwares and the programs that come with caen-dig2 (demo/).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hw/dig2/plan.hpp"

namespace spillgate::hw::dig2 {

struct Setting {
    std::string path;  // "/ch/3/par/dcoffset"
    std::string value;
    std::string field;           // of the configuration that it comes from, for messages
    double tolerance = 0;        // of a number that is read back
    bool may_be_absent = false;  // firmware without this parameter behaves as it says
};

struct ModuleTraits {
    std::uint32_t channels = 0;
    unsigned adc_bits = 16;
    double input_range_v = 0;  // 0: the module does not say
    bool has_channel_gain = false;
};

// CONFIG: full_scale_v that the module cannot hold.
proto::Result<std::vector<Setting>> settings_of(const config::Board& board, const Plan& plan,
                                                const ModuleTraits& module);

// A value as set and as read back: numbers by value, lists of words in any order, letters in any case.
bool same_value(std::string_view set, std::string_view read, double tolerance);

}  // namespace spillgate::hw::dig2
