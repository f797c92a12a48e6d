#include "proto/run_file/run_reader.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "proto/run_file/run_description.hpp"
#include "proto/run_file/segment_file.hpp"
#include "proto/run_file/segment_list.hpp"
#include "proto/run_file/segment_writer.hpp"

namespace spillgate::proto {

namespace {

bool is_io(const Error& e) {
    return e.kind == ErrorKind::IO;
}

SegmentInfo examine(const std::string& path) {
    SegmentInfo info;
    info.path = path;
    const auto segment = SegmentFile::open(path);
    if (!segment) {
        info.readable = false;
        return info;
    }
    info.first_sequence = (*segment)->first_sequence();
    info.blocks = (*segment)->blocks();
    info.closed = (*segment)->closed();
    if (const auto size = (*segment)->size()) info.bytes = *size;
    return info;
}

}  // namespace

std::optional<std::uint32_t> segment_number(const std::string& path) {
    const std::string name = std::filesystem::path(path).filename();
    std::uint32_t number = 0;
    const auto digits = name.find_first_of("0123456789");
    if (digits == std::string::npos) return std::nullopt;
    const auto* begin = name.data() + digits;
    const auto parsed = std::from_chars(begin, name.data() + name.size(), number);
    if (parsed.ec != std::errc{} || name != segment_file_name(number)) return std::nullopt;
    return number;
}

Result<std::vector<std::string>> list_segments(const std::string& run_directory) {
    std::error_code failed;
    std::vector<std::string> paths;
    std::filesystem::directory_iterator files(run_directory, failed);
    for (; !failed && files != std::filesystem::directory_iterator{}; files.increment(failed))
        if (segment_number(files->path())) paths.push_back(files->path());
    if (failed)
        return error(failed == std::errc::no_such_file_or_directory ? ErrorKind::NOT_FOUND : ErrorKind::IO,
                     fmt::format("{} cannot be read: {}", run_directory, failed.message()), failed.value());
    std::sort(paths.begin(), paths.end(), [](const std::string& a, const std::string& b) {
        return segment_number(a) < segment_number(b);
    });
    return paths;
}

Result<RunReader> RunReader::open(const std::string& run_directory) {
    RunReader reader;
    reader.directory_ = run_directory;
    while (reader.directory_.size() > 1 && reader.directory_.back() == '/')
        reader.directory_.pop_back();
    if (auto status = reader.refresh(); !status) return status.error();
    return reader;
}

Status RunReader::refresh() {
    // In this order: whatever the end record promises is then among the segments.
    auto description = read_run_description(directory_);
    if (!description) return description.error();
    auto paths = list_segments(directory_);
    if (!paths) return paths.error();
    std::vector<SegmentInfo> segments;
    for (const auto& path : *paths) {
        const auto known = std::find_if(segments_.begin(), segments_.end(), [&](const SegmentInfo& info) {
            return info.closed && info.path == path;
        });
        segments.push_back(known != segments_.end() ? *known : examine(path));
    }
    description_ = std::move(*description);
    segments_ = std::move(segments);
    return {};
}

Result<std::vector<Damage>> RunReader::for_each(const std::function<bool(const BlockView&)>& visit) const {
    return for_range(0, std::numeric_limits<std::uint64_t>::max(), visit);
}

Result<std::vector<Damage>> RunReader::for_range(std::uint64_t first, std::uint64_t last,
                                                 const std::function<bool(const BlockView&)>& visit) const {
    return for_segments(first, last, [&](SegmentReader& segment) -> Result<bool> {
        BlockView block;
        while (true) {
            const auto got = segment.next(block);
            if (!got) return got.error();
            if (!*got || block.sequence >= last) return true;
            if (!visit(block)) return false;
        }
    });
}

Result<std::vector<Damage>> RunReader::for_each_place(
    const std::function<bool(const BlockPlace&)>& visit) const {
    constexpr auto all = std::numeric_limits<std::uint64_t>::max();
    return for_segments(0, all, [&](SegmentReader& segment) -> Result<bool> {
        BlockPlace place;
        while (true) {
            const auto got = segment.next_place(place);
            if (!got) return got.error();
            if (!*got) return true;
            if (!visit(place)) return false;
        }
    });
}

Result<std::vector<Damage>> RunReader::for_segments(
    std::uint64_t first, std::uint64_t last, const std::function<Result<bool>(SegmentReader&)>& visit) const {
    std::vector<Damage> damage;
    bool wanted = true;
    std::uint32_t expected = 0;
    for (std::size_t i = 0; i < segments_.size() && wanted; ++i) {
        const SegmentInfo& info = segments_[i];
        const auto add = [&](ErrorKind kind, std::string message, std::uint64_t offset = 0) {
            damage.push_back({info.path, offset, error(kind, std::move(message))});
        };
        const std::uint32_t number = segment_number(info.path).value_or(expected);
        const bool next_readable = i + 1 < segments_.size() && segments_[i + 1].readable;
        const bool too_early = next_readable && segments_[i + 1].first_sequence <= first && first > 0;
        const bool too_late = info.readable && info.first_sequence >= last;
        if (number > expected && !too_early)
            add(ErrorKind::NOT_FOUND, fmt::format("segments {} to {} of the run are missing before this one",
                                                  expected, number - 1));
        expected = number + 1;
        if (too_early || too_late) continue;

        const auto opened = SegmentFile::open(info.path);
        if (!opened) {
            if (is_io(opened.error())) return opened.error();
            add(opened.error().kind, opened.error().message);
            continue;
        }
        SegmentFile& segment = **opened;
        if (segment.header() && (segment.header()->run().number() != description_.number() ||
                                 segment.header()->segment() != number)) {
            add(ErrorKind::CORRUPT,
                fmt::format("this is segment {} of run {}, not {} of run {}", segment.header()->segment(),
                            segment.header()->run().number(), number, description_.number()));
            continue;
        }
        if (first > 0)
            if (auto status = segment.seek(first); !status) return status.error();
        const auto visited = visit(segment);
        if (!visited) return visited.error();
        wanted = *visited;
        damage.insert(damage.end(), segment.damage().begin(), segment.damage().end());
        // Only the last segment of a run without an end record may be open.
        if (!segment.closed() && (i + 1 < segments_.size() || !aborted()))
            add(ErrorKind::TRUNCATED, "the segment has no whole trailer", info.bytes);
    }
    if (wanted && !aborted() && segments_.empty())
        damage.push_back({directory_, 0, error(ErrorKind::NOT_FOUND, "the run has no segments")});
    return damage;
}

}  // namespace spillgate::proto
