#include "hw/beam/charge_file/charge_file.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "proto/number_text.hpp"
#include "proto/strict_text.hpp"

namespace spillgate::hw::beam {

using proto::error;
using proto::ErrorKind;

namespace {

enum Column : std::size_t { CYCLE_ID, UTC_NS, CHARGE_PC, FLAVOUR, VETO };
constexpr std::array<std::string_view, 5> column_names{"cycle_id", "utc_ns", "charge_pc", "flavour", "veto"};
using Places = std::array<std::optional<std::size_t>, column_names.size()>;

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

void split(std::string_view line, std::vector<std::string_view>& cells) {
    cells.clear();
    while (true) {
        const auto comma = line.find(',');
        cells.push_back(trimmed(line.substr(0, comma)));
        if (comma == std::string_view::npos) return;
        line.remove_prefix(comma + 1);
    }
}

class Parser {
  public:
    explicit Parser(const std::string& name) : name_(name) {}

    proto::Status line(std::string_view text) {
        ++line_;
        text = trimmed(text);
        if (text.empty() || text.front() == '#') return {};
        split(text, cells_);
        return columns_ == 0 ? header() : row();
    }
    proto::Status end() const {
        if (columns_ > 0) return {};
        return error(ErrorKind::CONFIG, fmt::format("{}: no line that names the columns", name_));
    }
    std::vector<Report> take() { return std::move(reports_); }

  private:
    proto::Error refusal(const std::string& what) const {
        return error(ErrorKind::CONFIG, fmt::format("{}:{}: {}", name_, line_, what));
    }

    proto::Status header() {
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            const auto found = std::ranges::find(column_names, cells_[i]);
            if (found == column_names.end())
                return refusal(fmt::format(
                    "a column '{}'; allowed are cycle_id, utc_ns, charge_pc, flavour, veto", cells_[i]));
            auto& place = places_[static_cast<std::size_t>(found - column_names.begin())];
            if (place) return refusal(fmt::format("a second column '{}'", cells_[i]));
            place = i;
        }
        if (!places_[CHARGE_PC] || (!places_[CYCLE_ID] && !places_[UTC_NS]))
            return refusal("charge_pc is needed, and cycle_id or utc_ns");
        columns_ = cells_.size();
        return {};
    }

    // True if the cell of this column is a whole number of its type, or there is no such column.
    template <class Number>
    bool read(Column column, Number& value) {
        if (!places_[column]) return true;
        const auto cell = cells_[*places_[column]];
        if (const auto number = proto::number_in<Number>(cell)) {
            value = *number;
            return true;
        }
        wrong_ = fmt::format("{} '{}' is not a whole number in range", column_names[column], cell);
        return false;
    }

    proto::Status row() {
        if (cells_.size() != columns_)
            return refusal(fmt::format("{} values; the header names {}", cells_.size(), columns_));
        Report report;
        std::uint64_t cycle = 0;
        std::int64_t utc = 0;
        unsigned veto = 0;
        report.flavour = 1;
        report.has_charge = true;
        if (!read(CYCLE_ID, cycle) || !read(UTC_NS, utc) || !read(CHARGE_PC, report.charge_pc) ||
            !read(FLAVOUR, report.flavour) || !read(VETO, veto))
            return refusal(wrong_);
        if (veto > 1) return refusal(fmt::format("veto {}; allowed are 0 and 1", veto));
        report.facility_veto = veto == 1;
        if (places_[CYCLE_ID]) report.cycle_id = cycle;
        if (places_[UTC_NS]) report.source_utc_ns = utc;
        reports_.push_back(report);
        return {};
    }

    std::string name_;
    std::size_t line_ = 0;
    std::size_t columns_ = 0;
    Places places_;
    std::vector<std::string_view> cells_;
    std::string wrong_;
    std::vector<Report> reports_;
};

class FileFeed : public Feed {
  public:
    explicit FileFeed(std::vector<Report> reports) : reports_(std::move(reports)) {}
    bool is_live() const override { return false; }
    void run(ReportQueue& queue, std::stop_token stop) override {
        for (const auto& report : reports_)
            if (!queue.wait_and_put(report, stop)) return;
    }

  private:
    std::vector<Report> reports_;
};

}  // namespace

proto::Result<std::vector<Report>> parse_charges(std::string_view text, const std::string& name) {
    Parser parser(name);
    while (!text.empty()) {
        const auto newline = text.find('\n');
        const auto status = parser.line(text.substr(0, newline));
        if (!status) return status.error();
        if (newline == std::string_view::npos) break;
        text.remove_prefix(newline + 1);
    }
    if (const auto status = parser.end(); !status) return status.error();
    return parser.take();
}

proto::Result<std::unique_ptr<Feed>> make_file_feed(const std::string& path) {
    auto text = proto::read_text(path);
    if (!text) return text.error();
    auto reports = parse_charges(*text, path);
    if (!reports) return reports.error();
    return std::unique_ptr<Feed>(std::make_unique<FileFeed>(std::move(*reports)));
}

}  // namespace spillgate::hw::beam
