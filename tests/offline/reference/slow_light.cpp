#include "tests/offline/reference/slow_light.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::tests {

int slow_median(std::vector<int> codes, int first) {
    if (codes.empty()) return 0;
    codes.resize(std::min(codes.size(), static_cast<std::size_t>(first)));
    std::sort(codes.begin(), codes.end());
    return codes[(codes.size() + 1) / 2 - 1];
}

std::vector<std::pair<int, int>> slow_runs(const std::vector<double>& x, double threshold, int width) {
    std::vector<std::pair<int, int>> runs;
    const int n = static_cast<int>(x.size());
    for (int i = 0; i < n; ++i) {
        const auto over = [&](int k) {
            return k >= 0 && k < n && x[static_cast<std::size_t>(k)] >= threshold;
        };
        if (!over(i) || over(i - 1)) continue;
        int end = i;
        while (over(end))
            ++end;
        if (end - i >= width) runs.emplace_back(i, end);
    }
    return runs;
}

std::optional<SlowCoincidence> slow_coincidence(const std::vector<SlowOnset>& onsets, int from,
                                                const SlowLight& settings) {
    std::optional<SlowCoincidence> best;
    for (const auto& onset : onsets) {
        if (onset.position < from || (best && best->first <= onset.position)) continue;
        std::map<std::size_t, int> first_of_pmt;
        for (const auto& other : onsets) {
            const int later = other.position - onset.position;
            if (later < 0 || later > settings.coincidence) continue;
            const auto known = first_of_pmt.find(other.pmt);
            if (known == first_of_pmt.end() || known->second > other.position)
                first_of_pmt[other.pmt] = other.position;
        }
        if (static_cast<int>(first_of_pmt.size()) < settings.pmts) continue;
        SlowCoincidence found{onset.position, onset.position, static_cast<int>(first_of_pmt.size())};
        for (const auto& [pmt, position] : first_of_pmt)
            found.last = std::max(found.last, position);
        best = found;
    }
    return best;
}

std::set<std::string> slow_quality(const std::vector<SlowPmt>& pmts, const SlowLight& settings) {
    std::set<std::string> quality;
    for (const auto& pmt : pmts) {
        bool covered = false;
        for (const auto& trace : pmt.traces) {
            for (const int code : trace.codes)
                if (code == trace.low || code == trace.high) quality.insert("overflow");
            const int begin = std::min(trace.pretrace_begin, trace.roi_begin);
            const int end = std::max(trace.pretrace_end, trace.roi_end);
            if (begin >= 0 && end <= static_cast<int>(trace.codes.size())) covered = true;
        }
        if (!settings.whole_records) continue;
        if (pmt.traces.empty()) quality.insert("no-trace");
        if (!pmt.traces.empty() && !covered) quality.insert("short-trace");
    }
    return quality;
}

long double slow_weight(double spe_charge) {
    return static_cast<long double>(std::round(std::exp2(28) / spe_charge));
}

}  // namespace spillgate::tests
