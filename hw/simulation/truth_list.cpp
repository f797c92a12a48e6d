#include "hw/simulation/truth_list.hpp"

#include <cerrno>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

namespace spillgate::hw::simulation {

proto::Result<TruthList> TruthList::create(const std::string& path, const Parameters& parameters) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    if (!file)
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("truth list {}: cannot be written: {}", path, std::strerror(errno)),
                            errno);
    file << fmt::format(
        "# SIMULATED, board {}, seed {}, {} ticks per second\nticks,cycle_id,kind,n_pe,channel,energy_kev\n",
        parameters.board, parameters.simulation.seed(), parameters.frequency_hz);
    return TruthList(std::move(file), path);
}

void TruthList::cycle(const CycleDeposits& deposits, const Parameters& parameters) {
    const Cycle& c = deposits.cycle;
    event(c.mark_tick, c.number, c.mark_missed ? "mark-missed" : "mark");
    if (c.duplicate) event(c.mark_tick, c.number, "mark-duplicate");
    if (c.extra) event(c.mark_tick, c.number, "mark-extra");
    if (c.no_beam) event(c.mark_tick, c.number, "no-beam");
    if (c.hole) event(c.mark_tick, c.number, "other-target");
    if (c.vetoed) event(c.mark_tick, c.number, "vetoed");
    if (c.charge_missing) event(c.mark_tick, c.number, "charge-missing");
    for (std::size_t i = 0; i < deposits.channels.size(); ++i)
        write(deposits.channels[i], parameters, c.number, parameters.channel_number(i));
    write(deposits.shared, parameters, c.number, parameters.detector_channel);
}

void TruthList::write(const std::vector<Deposit>& deposits, const Parameters& parameters, std::uint64_t cycle,
                      std::uint32_t channel) {
    std::string lines;
    for (const Deposit& d : deposits) {
        auto end = fmt::format_to(std::back_inserter(lines), "{},{},{},", d.tick, cycle, name_of(d.kind));
        if (parameters.is_hpge() && d.kind != Kind::MUON)
            fmt::format_to(end, ",{},{}\n", channel, d.energy_kev);
        else
            fmt::format_to(end, "{},{},\n", d.n_pe, channel);
    }
    file_ << lines;
}

void TruthList::event(std::int64_t ticks, std::uint64_t cycle, std::string_view kind) {
    file_ << fmt::format("{},{},{},,,\n", ticks, cycle, kind);
}

proto::Status TruthList::close() {
    file_.close();
    if (file_.fail())
        return proto::error(proto::ErrorKind::IO, fmt::format("truth list {}: writing failed", path_));
    return {};
}

}  // namespace spillgate::hw::simulation
