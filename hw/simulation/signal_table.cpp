#include "hw/simulation/signal_table.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <fmt/format.h>

#include "proto/strict_text.hpp"

namespace spillgate::hw::simulation {

proto::Result<SignalTable> SignalTable::read(const std::string& path) {
    const auto text = proto::read_text(path);
    if (!text) return text.error();
    SignalTable table;
    std::istringstream lines(*text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (line.empty() || line.front() == '#') continue;
        const auto corrupt = [&](std::string_view why) {
            return proto::error(proto::ErrorKind::CORRUPT, fmt::format("{}:{}: {}", path, number, why));
        };
        std::istringstream words(line);
        double low = 0, high = 0, prompt = 0, delayed = 0;
        if (!(words >> low >> high >> prompt >> delayed))
            return corrupt("four numbers are needed: lower and upper energy, prompt and delayed events");
        if (!(low >= 0 && low < high) || (!table.high_kev_.empty() && low < table.high_kev_.back()))
            return corrupt("energies must rise from 0 or above");
        if (!(prompt >= 0 && delayed >= 0) || !std::isfinite(prompt + delayed))
            return corrupt("events must not be negative");
        table.low_kev_.push_back(low);
        table.high_kev_.push_back(high);
        for (const auto& [k, events] : {std::pair{0u, prompt}, std::pair{1u, delayed}}) {
            table.events_[k] += events;
            table.up_to_[k].push_back(table.events_[k]);
        }
    }
    if (!(table.per_proton() > 0))
        return proto::error(proto::ErrorKind::CORRUPT, fmt::format("{}: there are no events in it", path));
    return table;
}

double SignalTable::draw(bool prompt, Random& random) const {
    const auto& up_to = up_to_[prompt ? 0 : 1];
    const double at = random.uniform() * up_to.back();
    const auto found = std::ranges::upper_bound(up_to, at);
    const auto bin = std::min(static_cast<std::size_t>(found - up_to.begin()), up_to.size() - 1);
    return low_kev_[bin] + (high_kev_[bin] - low_kev_[bin]) * random.uniform();
}

}  // namespace spillgate::hw::simulation
