#include "tests/bench/bench.hpp"

namespace spillgate::bench {

std::span<const Benchmark> all_benchmarks() {
    static const std::vector<Benchmark> list{
        {{"pmt_full_chain"}, "≥ 3 GS/s per core", pmt_full_chain},
    };
    return list;
}

}  // namespace spillgate::bench
