#include "proto/config_rules.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proto/box_rules.hpp"
#include "proto/name_rules.hpp"
#include "proto/slow_control_rules.hpp"

namespace spillgate::proto {

namespace {

using Found = std::vector<Contradiction>;

constexpr std::size_t longest_daemon_name = 24;

template <class List, class Key>
auto keys_of(const List& list, Key key) {
    std::set<std::decay_t<decltype(key(list[0]))>> keys;
    for (const auto& item : list)
        keys.insert(key(item));
    return keys;
}

void daemons(const config::Config& config, Found& found) {
    names_are_unique(config.daemon(), "daemon", found);
    int leads = 0;
    std::set<std::uint32_t> read;
    for (const auto& daemon : config.daemon()) {
        leads += daemon.lead() ? 1 : 0;
        const auto allowed = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        };
        if (daemon.name().size() > longest_daemon_name || !std::ranges::all_of(daemon.name(), allowed))
            found.push_back({&daemon, "name", -1,
                             fmt::format("daemon name '{}': allowed are a–z, 0–9 and '-', at most {}",
                                         daemon.name(), longest_daemon_name)});
        if (config.daemon_size() > 1 && daemon.board_size() == 0)
            found.push_back(
                {&daemon, "board", -1,
                 fmt::format("daemon '{}' names no board; with several daemons each must", daemon.name())});
        for (int i = 0; i < daemon.board_size(); ++i) {
            if (std::ranges::none_of(config.board(),
                                     [&](const auto& b) { return b.id() == daemon.board(i); }))
                found.push_back({&daemon, "board", i, fmt::format("there is no board {}", daemon.board(i))});
            if (!read.insert(daemon.board(i)).second)
                found.push_back(
                    {&daemon, "board", i, fmt::format("board {} is read by two daemons", daemon.board(i))});
        }
    }
    if (config.daemon_size() > 0 && leads != 1)
        found.push_back(
            {&config, "daemon", 0, fmt::format("{} daemons are lead; exactly one must be", leads)});
}

void boards(const config::Config& config, Found& found) {
    std::set<std::uint32_t> ids;
    for (const auto& board : config.board()) {
        if (!ids.insert(board.id()).second)
            found.push_back(
                {&board, "id", -1, fmt::format("a second board with id {}; ids must differ", board.id())});
        if (board.source_case() == config::Board::SOURCE_NOT_SET)
            found.push_back({&board, "id", -1,
                             fmt::format("board {} has no source; allowed: sis3316, dig2, simulation, replay",
                                         board.id())});
        if (board.has_replay()) {
            const auto& replay = board.replay();
            const bool needs_rate = replay.pace() == config::Replay::RATE || replay.simulated_marks();
            if (needs_rate && !replay.has_rate_hz())
                found.push_back({&replay, "path", -1, "pace RATE and simulated_marks need rate_hz"});
        }
        if (board.has_simulation() && board.simulation().mark_position_ns() > board.simulation().record_ns())
            found.push_back(
                {&board.simulation(), "mark_position_ns", -1,
                 fmt::format("the mark lies at {} ns, outside a record of {} ns",
                             board.simulation().mark_position_ns(), board.simulation().record_ns())});
    }
}

// A partner is one more PMT of one detector: a detector channel without a chain, whole, of one detector only.
void partners(const config::Config& config, const config::Channel& channel, Found& found) {
    for (int i = 0; i < channel.partner_size(); ++i) {
        const auto& name = channel.partner(i);
        const auto refuse = [&](const std::string& what) { found.push_back({&channel, "partner", i, what}); };
        const auto partner =
            std::ranges::find_if(config.channel(), [&](const auto& c) { return c.name() == name; });
        if (partner == config.channel().end() || partner->role() != config::Channel::DETECTOR ||
            partner->has_chain())
            refuse(fmt::format("there is no channel '{}' with role DETECTOR and without a chain", name));
        else if (partner->policy() != config::Channel::WHOLE)
            refuse(fmt::format("partner '{}' needs whole traces; it must be kept WHOLE", name));
        const auto mentions = [&](const config::Channel& other) {
            return std::ranges::count(other.partner(), name);
        };
        std::ptrdiff_t uses = 0;
        for (const auto& other : config.channel())
            uses += mentions(other);
        if (uses > 1) refuse(fmt::format("channel '{}' is a partner more than once", name));
        if (!channel.has_chain())
            refuse(fmt::format("channel '{}' has partners, but no chain", channel.name()));
    }
}

// One daemon builds a detector's slots: it must read everything that belongs to them.
void one_daemon(const config::Config& config, const config::Channel& channel, Found& found) {
    const auto daemon_of = [&](std::uint32_t board) {
        return std::ranges::find_if(config.daemon(), [&](const auto& daemon) {
            return std::ranges::find(daemon.board(), board) != daemon.board().end();
        });
    };
    const auto check = [&](const char* field, int i, const std::string& name) {
        for (const auto& other : config.channel())
            if (other.name() == name && daemon_of(other.board()) != daemon_of(channel.board()))
                found.push_back({&channel, field, i,
                                 fmt::format("channel '{}' is on board {}, which another daemon reads than "
                                             "board {}; one daemon must read both",
                                             name, other.board(), channel.board())});
    };
    for (int i = 0; i < channel.veto_size(); ++i)
        check("veto", i, channel.veto(i));
    for (int i = 0; i < channel.partner_size(); ++i)
        check("partner", i, channel.partner(i));
}

void channels(const config::Config& config, Found& found) {
    names_are_unique(config.channel(), "channel", found);
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    const auto boards = keys_of(config.board(), [](const auto& b) { return b.id(); });
    const auto chains = keys_of(config.chain(), [](const auto& c) { return c.name(); });
    for (const auto& channel : config.channel()) {
        if (!boards.contains(channel.board()))
            found.push_back({&channel, "board", -1,
                             fmt::format("channel '{}' is on board {}, which does not exist", channel.name(),
                                         channel.board())});
        if (!seen.emplace(channel.board(), channel.channel()).second)
            found.push_back(
                {&channel, "channel", -1,
                 fmt::format("board {} channel {} is described twice", channel.board(), channel.channel())});
        if (channel.has_chain() && !chains.contains(channel.chain()))
            found.push_back({&channel, "chain", -1,
                             fmt::format("there is no chain '{}'; there are: {}", channel.chain(),
                                         fmt::join(chains, ", "))});
        for (int i = 0; i < channel.veto_size(); ++i)
            if (std::ranges::none_of(config.channel(), [&](const auto& c) {
                    return c.name() == channel.veto(i) && c.role() == config::Channel::VETO;
                }))
                found.push_back({&channel, "veto", i,
                                 fmt::format("there is no channel '{}' with role VETO", channel.veto(i))});
        partners(config, channel, found);
        if (config.daemon_size() > 1) one_daemon(config, channel, found);
        const bool is_pulser = channel.role() == config::Channel::PULSER;
        if (is_pulser != channel.has_pulser_rate_hz())
            found.push_back(
                {&channel, is_pulser ? "role" : "pulser_rate_hz", -1,
                 is_pulser ? "role PULSER needs pulser_rate_hz" : "pulser_rate_hz belongs to role PULSER"});
        if (channel.policy() == config::Channel::PULSES && !channel.has_pulse_threshold_adc())
            found.push_back({&channel, "policy", -1, "policy PULSES needs pulse_threshold_adc"});
        if (channel.has_chain() && channel.policy() != config::Channel::WHOLE)
            found.push_back(
                {&channel, "policy", -1,
                 fmt::format("chain '{}' needs whole traces; a channel with a chain is kept WHOLE",
                             channel.chain())});
    }
}

void bounds(const config::WindowBounds& window, std::string_view what, Found& found) {
    if (window.pretrace_begin_ns() > window.pretrace_end_ns())
        found.push_back({&window, "pretrace_begin_ns", -1,
                         fmt::format("the pretrace of {} ends before it begins", what)});
    if (window.roi_begin_ns() >= window.roi_end_ns())
        found.push_back({&window, "roi_begin_ns", -1, fmt::format("the roi of {} is empty", what)});
}

void gate(const config::Config& config, Found& found) {
    const auto& gate = config.gate();
    const auto needs = [&](bool present, std::string_view what) {
        if (!present)
            found.push_back(
                {&gate, "mode", -1,
                 fmt::format("gate mode {} needs {}", config::Gate::Mode_Name(gate.mode()), what)});
    };
    if (gate.mode() == config::Gate::FREE_RUNNING) {
        needs(gate.has_slice_ns(), "slice_ns");
        return;
    }
    needs(gate.has_in_time(), "in_time");
    needs(gate.has_anti_coincident(), "anti_coincident");
    if (gate.mode() == config::Gate::STROBED) needs(gate.has_strobe_phase_ns(), "strobe_phase_ns");
    if (gate.reference() == config::Gate::RECORD_BEGIN && gate.mode() != config::Gate::BEAM_TRIGGERED)
        found.push_back(
            {&gate, "reference", -1, "reference RECORD_BEGIN belongs to gate mode BEAM_TRIGGERED"});
    if (!gate.has_in_time() || !gate.has_anti_coincident()) return;
    const auto& c = gate.in_time();
    const auto& ac = gate.anti_coincident();
    bounds(c, "in_time", found);
    bounds(ac, "anti_coincident", found);
    if (gate.mode() == config::Gate::STROBED) return;  // its AC bounds count from the strobe
    const double mark = gate.reference() == config::Gate::RECORD_BEGIN ? gate.mark_position_ns() : 0;
    const bool ahead = ac.roi_end_ns() + gate.ac_margin_ns() <= mark;
    const bool after = ac.roi_begin_ns() - gate.ac_margin_ns() >= std::max(mark, c.roi_end_ns());
    if (!ahead && !after)
        found.push_back(
            {&ac, "roi_end_ns", -1,
             fmt::format("the anti-coincident roi {}…{} ns is not clear of the mark at {} ns and of the "
                         "in-time roi by ac_margin_ns = {}",
                         ac.roi_begin_ns(), ac.roi_end_ns(), mark, gate.ac_margin_ns())});
    const double period = 1e9 / config.facility().repetition_hz();
    const double length =
        std::max(c.roi_end_ns(), ac.roi_end_ns()) - std::min(c.pretrace_begin_ns(), ac.pretrace_begin_ns());
    if (length >= period)
        found.push_back({&gate, "in_time", -1,
                         fmt::format("the windows span {} ns; one cycle lasts {} ns", length, period)});
}

void facility(const config::Config& config, Found& found) {
    const auto& facility = config.facility();
    if (facility.bunches() == 2 && !(facility.bunch_spacing_ns() > 0))
        found.push_back({&facility, "bunches", -1, "two bunches need bunch_spacing_ns > 0"});
    if (facility.mark_tolerance_ns() * 4 > 1e9 / facility.repetition_hz())
        found.push_back(
            {&facility, "mark_tolerance_ns", -1, "the tolerance must be below a quarter of the period"});
    for (int i = 0; i < facility.holes().phase_size(); ++i)
        if (facility.holes().phase(i) >= facility.holes().cycle())
            found.push_back({&facility.holes(), "phase", i,
                             fmt::format("phase {} of a cycle of {}", facility.holes().phase(i),
                                         facility.holes().cycle())});
}

void spectra(const config::Config& config, Found& found) {
    names_are_unique(config.chain(), "chain", found);
    names_are_unique(config.selection(), "selection", found);
    names_are_unique(config.spectrum(), "spectrum", found);
    const auto selections = keys_of(config.selection(), [](const auto& s) { return s.name(); });
    const auto channels = keys_of(config.channel(), [](const auto& c) { return c.name(); });
    for (const auto& chain : config.chain())
        if (chain.kind_case() == config::Chain::KIND_NOT_SET)
            found.push_back({&chain, "name", -1,
                             fmt::format("chain '{}' says nothing; allowed: pmt, lar, hpge", chain.name())});
    for (const auto& spectrum : config.spectrum()) {
        if (spectrum.axis_size() < 1 || spectrum.axis_size() > 2)
            found.push_back({&spectrum, "name", -1,
                             fmt::format("spectrum '{}' has {} axes; allowed: 1 or 2", spectrum.name(),
                                         spectrum.axis_size())});
        for (const auto& axis : spectrum.axis())
            if (!(axis.min() < axis.max()))
                found.push_back({&axis, "min", -1,
                                 fmt::format("axis '{}' runs from {} to {}; max must be above min",
                                             axis.variable(), axis.min(), axis.max())});
        if (!selections.contains(spectrum.selection()))
            found.push_back({&spectrum, "selection", -1,
                             fmt::format("there is no selection '{}'; there are: {}", spectrum.selection(),
                                         fmt::join(selections, ", "))});
        for (int i = 0; i < spectrum.channel_size(); ++i)
            if (!channels.contains(spectrum.channel(i)))
                found.push_back(
                    {&spectrum, "channel", i, fmt::format("there is no channel '{}'", spectrum.channel(i))});
    }
}

}  // namespace

std::vector<Contradiction> contradictions(const config::Config& config) {
    Found found;
    facility(config, found);
    daemons(config, found);
    boards(config, found);
    channels(config, found);
    gate(config, found);
    spectra(config, found);
    box_contradictions(config, found);
    slow_control_contradictions(config, found);
    return found;
}

}  // namespace spillgate::proto
