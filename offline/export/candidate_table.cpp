#include "offline/export/candidate_table.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/export/uhi.hpp"
#include "offline/spectra/filled_spectra.hpp"
#include "proto/quality.hpp"

namespace spillgate::offline {

namespace {

constexpr hsize_t chunk_rows = 4096;
constexpr std::size_t no_table = ~std::size_t{0};
constexpr std::uint8_t found_is_sealed = 2;

template <class T>
hid_t stored_type();
template <>
hid_t stored_type<std::uint8_t>() {
    return H5T_STD_U8LE;
}
template <>
hid_t stored_type<std::uint16_t>() {
    return H5T_STD_U16LE;
}
template <>
hid_t stored_type<std::uint32_t>() {
    return H5T_STD_U32LE;
}
template <>
hid_t stored_type<std::uint64_t>() {
    return H5T_STD_U64LE;
}
template <>
hid_t stored_type<std::int64_t>() {
    return H5T_STD_I64LE;
}
template <>
hid_t stored_type<double>() {
    return H5T_IEEE_F64LE;
}

}  // namespace

// One column: rows that wait in memory and a dataset that grows.
struct CandidateTable::Column {
    Hdf5Id dataset;
    hid_t type = -1;
    std::vector<std::byte> waiting;

    template <class T>
    static Column make(Hdf5Writer& file, hid_t group, const std::string& name, const Attributes& about) {
        Column column;
        column.type = stored_type<T>();
        column.dataset = file.growing(group, name, column.type, chunk_rows);
        if (!file.failed()) file.attributes(column.dataset.get(), about);
        column.waiting.reserve(chunk_rows * sizeof(T));
        return column;
    }
    template <class T>
    void push(T value) {
        // Rows are stored as this host has them; HDF5 types say little-endian, checked at build time in
        // proto.
        const auto at = waiting.size();
        waiting.resize(at + sizeof(T));
        std::memcpy(waiting.data() + at, &value, sizeof(T));
    }
};

struct CandidateTable::ChainTable {
    const Chain* chain = nullptr;
    Column run, slot, daemon, channel, window, kind, window_truncated, live_ticks, found, quality,
        slot_quality, disposition, charge_state, charge_pc, t0_ticks;
    std::vector<Column> variables;
    hsize_t written = 0;
    hsize_t waiting = 0;

    template <class Visit>
    void for_each_column(Visit visit) {
        for (auto* column :
             {&run, &slot, &daemon, &channel, &window, &kind, &window_truncated, &live_ticks, &found,
              &quality, &slot_quality, &disposition, &charge_state, &charge_pc, &t0_ticks})
            visit(*column);
        for (auto& column : variables)
            visit(column);
    }

    void flush(Hdf5Writer& file) {
        for_each_column([&](Column& column) {
            file.append(column.dataset.get(), column.type, column.waiting.data(), written, waiting);
            column.waiting.clear();
        });
        written += waiting;
        waiting = 0;
    }
};

CandidateTable::CandidateTable(std::shared_ptr<const Engine> engine, std::string path, bool opened)
    : engine_(std::move(engine)), file_(std::move(path)), seals_(engine_->config().blinded() && !opened) {
    const auto& config = engine_->config();
    tables_.resize(static_cast<std::size_t>(config.chain_size()));
    table_of_channel_.assign(static_cast<std::size_t>(config.channel_size()), no_table);
    for (std::size_t channel = 0; channel < table_of_channel_.size(); ++channel) {
        if (engine_->chain_of(channel) == nullptr) continue;
        const auto& name = config.channel(static_cast<int>(channel)).chain();
        const auto chain = std::find_if(config.chain().begin(), config.chain().end(),
                                        [&](const auto& c) { return c.name() == name; });
        table_of_channel_[channel] = static_cast<std::size_t>(chain - config.chain().begin());
        table_of(channel);
    }
}

CandidateTable::~CandidateTable() = default;

CandidateTable::ChainTable& CandidateTable::table_of(std::size_t channel) {
    const std::size_t index = table_of_channel_[channel];
    auto& table = tables_[index];
    if (table) return *table;
    table = std::make_unique<ChainTable>();
    table->chain = engine_->chain_of(channel);
    const auto group = file_.group("/" + engine_->config().chain(static_cast<int>(index)).name());
    const auto bits = [](std::span<const std::string_view> names) {
        return Attributes{{"bits", fmt::format("{}", fmt::join(names, ","))}};
    };
    const auto column = [&]<class T>(T, const char* name, const Attributes& about = {}) {
        return Column::make<T>(file_, group.get(), name, about);
    };
    auto& t = *table;
    t.run = column(std::uint32_t{}, "run");
    t.slot = column(std::uint64_t{}, "slot");
    t.daemon = column(std::uint16_t{}, "daemon",
                      {{"meaning", std::string("index into the attribute daemons of /")}});
    t.channel = column(std::uint16_t{}, "channel",
                       {{"meaning", std::string("index into the attribute channels of /")}});
    t.window =
        column(std::uint16_t{}, "window", {{"meaning", std::string("index into the record's windows")}});
    t.kind = column(std::uint8_t{}, "window_kind",
                    {{"values", std::string("0 unknown, 1 in_time, 2 anti_coincident, 3 free")}});
    t.window_truncated = column(std::uint8_t{}, "window_truncated");
    t.live_ticks = column(std::int64_t{}, "live_ticks", {{"meaning", std::string("roi less dead time")}});
    t.found =
        column(std::uint8_t{}, "found",
               {{"meaning", std::string(seals_ ? "1: the window has a candidate, 2: that is sealed, as are "
                                                 "the row's quality and variables"
                                               : "1: the window has a candidate")}});
    auto quality = bits(t.chain->quality_names());
    if (seals_) quality.emplace_back("sealed_bits", std::int64_t{t.chain->trace_quality()});
    t.quality = column(std::uint32_t{}, "quality", quality);
    t.slot_quality = column(std::uint32_t{}, "slot_quality", bits(proto::slot_quality_names));
    t.disposition =
        column(std::uint8_t{}, "disposition", {{"values", std::string("1 complete, 2 truncated")}});
    t.charge_state = column(std::uint8_t{}, "charge_state",
                            {{"values", std::string("0 missing, 1 measured, 2 estimated, 3 uncorrected")}});
    t.charge_pc = column(std::int64_t{}, "charge_pc", {{"unit", std::string("pC")}});
    t.t0_ticks = column(std::int64_t{}, "t0_ticks");
    for (const auto& v : t.chain->variables())
        t.variables.push_back(Column::make<double>(file_, group.get(), std::string(v.name),
                                                   {{"unit", std::string(v.unit)},
                                                    {"meaning", std::string(v.meaning)},
                                                    {"of_window", v.of_window}}));
    return t;
}

void CandidateTable::add(std::string_view daemon, const SlotCandidates& candidates,
                         const proto::Verdict& verdict) {
    if (file_.failed()) return;
    auto known = std::find(daemons_.begin(), daemons_.end(), daemon);
    if (known == daemons_.end()) known = daemons_.emplace(daemons_.end(), daemon);
    const auto daemon_index = static_cast<std::uint16_t>(known - daemons_.begin());
    bool any_sealed = false;
    for (std::size_t window = 0; window < candidates.windows.size(); ++window)
        any_sealed = any_sealed || sealed(window, candidates, verdict);
    for (const auto& candidate : candidates.candidates) {
        if (candidate.window >= candidates.windows.size()) continue;
        // The verdict is the last word on a window; without its fact the record's own label stands.
        const auto& fact = candidate.window < verdict.windows.size() ? verdict.windows[candidate.window]
                                                                     : candidates.windows[candidate.window];
        auto& t = table_of(candidate.channel);
        t.run.push(verdict.run);
        t.slot.push(verdict.slot);
        t.daemon.push(daemon_index);
        t.channel.push(candidate.channel);
        t.window.push(candidate.window);
        t.kind.push(static_cast<std::uint8_t>(fact.kind));
        t.window_truncated.push(static_cast<std::uint8_t>(fact.truncated));
        t.live_ticks.push(fact.roi_ticks - fact.dead_ticks);
        const bool seal = sealed(candidate.window, candidates, verdict);
        // Windows share traces: what a whole trace decides tells of the sealed ones.
        const auto open_quality = any_sealed ? ~t.chain->trace_quality() : ~0u;
        t.found.push(seal ? found_is_sealed : static_cast<std::uint8_t>(candidate.found));
        t.quality.push(seal ? 0u : candidate.quality & open_quality);
        t.slot_quality.push(verdict.quality);
        t.disposition.push(static_cast<std::uint8_t>(verdict.disposition));
        t.charge_state.push(static_cast<std::uint8_t>(verdict.charge_state));
        t.charge_pc.push(verdict.charge_pc);
        t.t0_ticks.push(verdict.t0.ticks);
        for (std::size_t i = 0; i < t.variables.size(); ++i)
            t.variables[i].push(seal ? std::numeric_limits<double>::quiet_NaN() : candidate.value[i]);
        if (++t.waiting == chunk_rows) t.flush(file_);
    }
}

// Open are windows that are certainly none of beam on the target. Nothing is said of the others, also not by
// the variables of windows: some count what is in the roi.
bool CandidateTable::sealed(std::size_t window, const SlotCandidates& candidates,
                            const proto::Verdict& verdict) const {
    if (!seals_) return false;
    if (verdict.windows.size() != candidates.windows.size()) return true;
    switch (classify(candidates.windows[window], verdict.windows[window], verdict)) {
        case WindowClass::ANTI_COINCIDENT:
        case WindowClass::FREE:
        case WindowClass::NO_BEAM:
            return false;
        default:
            return true;
    }
}

std::uint64_t CandidateTable::rows() const {
    std::uint64_t rows = 0;
    for (const auto& table : tables_)
        if (table) rows += table->written + table->waiting;
    return rows;
}

proto::Status CandidateTable::finish(const Provenance& provenance, const Spectra& spectra) {
    for (auto& table : tables_)
        if (table) table->flush(file_);
    auto attributes = provenance_attributes(*engine_, spectra, provenance);
    std::vector<std::string> channels;
    for (const auto& channel : engine_->config().channel())
        channels.push_back(channel.name());
    attributes.emplace_back("channels", fmt::format("{}", fmt::join(channels, ",")));
    attributes.emplace_back("daemons", fmt::format("{}", fmt::join(daemons_, ",")));
    const auto root = file_.group("/");
    if (!file_.failed()) file_.attributes(root.get(), attributes);
    // Datasets must be closed before the file is.
    tables_.clear();
    return file_.commit();
}

}  // namespace spillgate::offline
