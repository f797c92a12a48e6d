#include "tests/bench/bench.hpp"

namespace spillgate::bench {

std::span<const Benchmark> all_benchmarks() {
    static const std::vector<Benchmark> list{
        {{"pmt_full_chain"}, "≥ 3 GS/s per core", pmt_full_chain},
        {{"record_and_publish"}, "≥ 1 GB/s on two cores to tmpfs; compressed ≥ 400 MB/s", record_and_publish},
        {{"compression"}, "≥ 500 MB/s per core, ≥ 3 times smaller", compression},
    };
    return list;
}

}  // namespace spillgate::bench
