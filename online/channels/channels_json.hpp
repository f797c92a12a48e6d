// Channels → JSON, as GET /api/health gives them: docs/console/health.md.
#pragma once

#include <boost/json/value.hpp>

#include "online/channels/channels_view.hpp"

namespace spillgate::online {

// [{"name": "csi", "age_s": 1, "spe_expected_adc": 120, "recent": {"baseline_adc": {"value", "error",
// "entries"}, "noise_adc": …, "spe_adc": null, "singles": 12, …}, "run": {…}}, …]. What is not known is null.
boost::json::value channels_json(const ChannelsView& view);

}  // namespace spillgate::online
