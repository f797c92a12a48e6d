// All spectra as one table, a line per bin: for spreadsheets and quick looks. Lines that begin with # come
// first and say where it is from. A kind that is not shown, and the second axis of a spectrum with one, are
// empty.
#include <array>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "offline/export/export_formats.hpp"
#include "offline/export/text_file.hpp"
#include "offline/export/uhi.hpp"
#include "offline/exposure/residual.hpp"

namespace spillgate::offline {

namespace {

using KindColumns = std::array<std::string_view, 4>;

// A column of C that is not whole says so.
KindColumns kind_columns(const Spectra& spectra) {
    bool sealed = false;
    for (std::size_t i = 0; i < spectra.size(); ++i)
        sealed = sealed || spectra.histogram(i).sealed != Sealing::NONE;
    return {sealed ? outside_box_name : "in_time", "anti_coincident", "free", "no_beam"};
}

// Shortest text that reads back as the same value, whatever the locale.
struct ToText {
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
    std::string operator()(double value) const { return fmt::format("{}", value); }
    std::string operator()(const std::string& value) const {
        // A line stays a line.
        std::string out = value;
        for (char& c : out)
            if (c == '\n' || c == '\r') c = ' ';
        return out;
    }
};

double edge(const AxisView& axis, std::uint32_t i) {
    if (i == 0) return -std::numeric_limits<double>::infinity();
    if (i == axis.bins + 2) return std::numeric_limits<double>::infinity();
    if (i == axis.bins + 1) return axis.max;
    const double step = (axis.max - axis.min) / static_cast<double>(axis.bins);
    return axis.min + static_cast<double>(i - 1) * step;
}

void write_header(TextFile& file, const Engine& engine, const Spectra& spectra,
                  const Provenance& provenance) {
    for (const auto& [name, value] : provenance_attributes(engine, spectra, provenance))
        file.write(fmt::format("# {}: {}\n", name, std::visit(ToText{}, value)));
    for_each_histogram(engine, spectra, provenance, [&](const UhiHistogram& histogram) {
        std::string line = fmt::format("# {}:", histogram.name);
        for (const auto& [name, value] : histogram.metadata) {
            // What is the file's stands above, what is the histogram's name already stands here.
            if (name == "runs") break;
            if (name == "spectrum" || name == "window_kind") continue;
            line += fmt::format(" {}={};", name, std::visit(ToText{}, value));
        }
        file.write(line + "\n");
    });
    file.write("spectrum,bin_0,low_0,high_0,bin_1,low_1,high_1");
    for (const auto column : kind_columns(spectra))
        file.write(fmt::format(",{}", column));
    file.write(",residual,residual_variance\n");
}

void write_spectrum(TextFile& file, const Engine& engine, const HistogramView& view,
                    const KindColumns& columns_of_kinds) {
    const auto kinds = shown_kinds(engine, view);
    const auto ratio = residual_alpha(view);
    const bool two = view.axes.size() == 2;
    const std::uint32_t columns = two ? view.axes[1].bins + 2 : 1;
    std::string line;
    for (std::size_t bin = 0; bin < view.in_time.size(); ++bin) {
        // Bin −1 is the underflow, as in UHI indexing from the first inner bin.
        const auto i = static_cast<std::uint32_t>(bin / columns);
        const auto j = static_cast<std::uint32_t>(bin % columns);
        line = fmt::format("{},{},{},{}", view.name, static_cast<std::int64_t>(i) - 1, edge(view.axes[0], i),
                           edge(view.axes[0], i + 1));
        line += two ? fmt::format(",{},{},{}", static_cast<std::int64_t>(j) - 1, edge(view.axes[1], j),
                                  edge(view.axes[1], j + 1))
                    : ",,,";
        for (const auto column : columns_of_kinds) {
            line += ',';
            for (const auto& kind : kinds)
                if (kind.name == column) line += fmt::format("{}", kind.counts[bin]);
        }
        if (ratio) {
            const auto r = residual(view.in_time[bin], view.anti_coincident[bin], *ratio);
            line += fmt::format(",{},{}\n", r.value, r.variance);
        } else {
            line += ",,\n";
        }
        file.write(line);
    }
}

}  // namespace

proto::Status export_csv(const Engine& engine, const Spectra& spectra, const Provenance& provenance,
                         const std::string& path) {
    TextFile file(path);
    write_header(file, engine, spectra, provenance);
    const auto columns = kind_columns(spectra);
    for (std::size_t i = 0; i < spectra.size(); ++i)
        write_spectrum(file, engine, spectra.histogram(i), columns);
    return file.commit();
}

}  // namespace spillgate::offline
