#include "online/quality/runs_by_utc.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "proto/run_catalogue.hpp"
#include "proto/run_file/run_writer.hpp"

namespace spillgate::online {

namespace {

using offline::Stretch;
using proto::error;
using proto::ErrorKind;
using proto::Result;

constexpr std::size_t page_size = 200;
constexpr std::int64_t margin_ns =
    10'000'000'000;  // what is looked at for certain, though it begins or ends nearby
constexpr auto for_ever = std::numeric_limits<std::int64_t>::max();

// What is needed of a run to see where it lies.
struct Span {
    std::uint32_t run = 0;
    std::string daemon;
    std::int64_t begin_ns = 0;
    std::int64_t end_ns = for_ever;  // at the latest
    bool imported = false;
};

// In the order of runs.
Result<std::vector<Span>> spans_of(const UtcSearch& search, const std::string& runs_dir) {
    const auto catalogue = proto::RunCatalogue::open_read_only(runs_dir);
    if (!catalogue) return catalogue.error();
    std::vector<Span> spans;
    std::int64_t next_begin_ns = for_ever;  // of the run after: a run without an end was over by then
    std::uint32_t before = 0;
    while (true) {
        const auto page = catalogue->page(before, page_size);
        if (!page) return page.error();
        for (const auto& run : *page) {
            before = run.number();
            Span span{run.number(), run.daemon(), run.start_utc_ns(), next_begin_ns,
                      !run.imported_from().empty()};
            if (run.stop_utc_ns() != 0) span.end_ns = run.stop_utc_ns();
            if (run.number() == search.going_on) span.end_ns = for_ever;
            if (!span.imported) next_begin_ns = run.start_utc_ns();
            const bool is_meant = search.first_run == 0 ||
                                  (search.first_run <= run.number() && run.number() <= search.last_run);
            if (is_meant) spans.push_back(std::move(span));
        }
        if (page->size() < page_size) break;
    }
    std::ranges::reverse(spans);
    return spans;
}

Result<std::optional<Stretch>> stretch_in(const Span& span, const offline::UtcRange& range,
                                          const std::string& runs_dir) {
    if (!span.imported) {
        if (span.begin_ns - margin_ns >= range.end_ns) return std::optional<Stretch>();
        if (span.end_ns != for_ever && span.end_ns + margin_ns < range.begin_ns)
            return std::optional<Stretch>();
        if (range.begin_ns <= span.begin_ns && span.end_ns < range.end_ns)
            return Stretch{{span.run, 0}, {span.run, offline::last_slot_of_run}, ""};
    }
    const auto directory = runs_dir + "/" + proto::run_directory_name(span.run, span.daemon, true);
    const auto reader = proto::RunReader::open(directory);
    if (!reader && reader.error().kind == ErrorKind::NOT_FOUND)
        return error(
            ErrorKind::REFUSED,
            fmt::format("the files of run {} are not there ({}), so which of its slots are those of {} "
                        "is not known; name the slots",
                        span.run, reader.error().message, words_of(range)));
    if (!reader) return reader.error();
    return offline::slots_in(*reader, range);
}

}  // namespace

Result<std::vector<Stretch>> stretches_in(const UtcSearch& search, const std::string& runs_dir) {
    const auto spans = spans_of(search, runs_dir);
    if (!spans) return spans.error();
    std::vector<Stretch> out;
    for (const Span& span : *spans) {
        const auto stretch = stretch_in(span, search.range, runs_dir);
        if (!stretch) return stretch.error();
        if (!*stretch) continue;
        const auto& one = **stretch;
        const bool joins = !out.empty() && one.first.slot == 0 && out.back().last.run + 1 == one.first.run &&
                           out.back().last.slot == offline::last_slot_of_run;
        if (joins)
            out.back().last = one.last;
        else
            out.push_back(one);
    }
    return out;
}

}  // namespace spillgate::online
