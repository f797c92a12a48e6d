#include "tests/bench/bench.hpp"

namespace spillgate::bench {

std::span<const Benchmark> all_benchmarks() {
    static const std::vector<Benchmark> list{
        {{"pmt_full_chain"}, "≥ 3 GS/s per core", pmt_full_chain},
        {{"hpge_full_chain"}, "≥ 0.8 GS/s per core", hpge_full_chain},
        {{"record_and_publish"}, "≥ 1 GB/s on two cores to tmpfs; compressed ≥ 400 MB/s", record_and_publish},
        {{"udp_four_modules"}, "≥ 400 MB/s on two cores, emulators' own cost apart", udp_four_modules},
        {{"latency_nominal_p50", "latency_nominal_p99", "latency_nominal_p999"},
         "p50 ≤ 2 ms, p99 ≤ 10 ms, p99.9 < 16.7 ms",
         latency_nominal},
        {{"latency_udp_p50", "latency_udp_p99", "latency_udp_p999"},
         "≤ 5 ms beyond the wire's own time",
         latency_udp},
        {{"reprocess_1", "reprocess_2"}, "≥ 2 GB/s on two cores, ≥ 1.8 times one", reprocess},
        {{"csi_prediction"}, "≤ 0.2 ms", csi_prediction},
        {{"csi_fit"}, "≤ 10 ms", csi_fit},
        {{"csi_profile"}, "≤ 100 ms", csi_profile},
        {{"fc_toys"}, "≤ 60 s on two cores", fc_toys},
        {{"compression"}, "≥ 500 MB/s per core, ≥ 3 times smaller", compression},
        {{"console_browser"}, "≤ 30 % of a core with 24 pads in view", console_browser},
        {{"console_latency"}, "p99 ≤ 300 ms from spill to picture", console_latency},
        {{"console_extra_client"}, "≤ 2 % of a core", console_extra_client},
        {{"console_heap"}, "< 1 MB in 50000 updates", console_heap},
        {{"console_hostile"}, "≤ 200 ms, nothing lost", console_hostile},
    };
    return list;
}

}  // namespace spillgate::bench
