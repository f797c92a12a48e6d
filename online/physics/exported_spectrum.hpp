// One spectrum of a run that is over, from what was exported at its end (docs/outputs.md: UHI JSON).
#pragma once

#include <string>
#include <string_view>

#include "online/physics/spectrum_sum.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::online {

// `path`: spectra.json of a run by `config`, which knows what the file does not say. Of a blinded run what
// was sealed at its end is not in it. Reads no more of the file than it takes to find the spectrum. Errors:
// NOT_FOUND (no file, no such spectrum), CORRUPT.
proto::Result<SpectrumSum> exported_spectrum(const std::string& path, const config::Config& config,
                                             std::string_view spectrum, std::uint32_t run);

}  // namespace spillgate::online
