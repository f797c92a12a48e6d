#include "offline/import/csi_minute.hpp"

#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "offline/import/input_bytes.hpp"

namespace spillgate::offline {

namespace {

constexpr std::uint32_t channels = 2;
constexpr std::uint32_t record_bytes = csi_words_per_record * channels;
static_assert(record_bytes == csi_stamp_bytes + csi_samples * channels);
constexpr std::uint32_t closing_count = csi_words_per_record * csi_records_per_chunk;

}  // namespace

proto::Result<CsiWindows> csi_windows(std::uint32_t data_set) {
    switch (data_set) {
        case 1:
            return CsiWindows{{250, 19950}, {19950, 27475}, {7775, 27475}, {27475, 35000}};
        case 2:
            return CsiWindows{{0, 20000}, {20000, 27400}, {7400, 27400}, {27400, 35000}};
        case 3:
            return CsiWindows{{0, 17500}, {17500, 25000}, {7500, 25000}, {25000, 32500}};
        default:
            return proto::error(proto::ErrorKind::CONFIG,
                                data_set == 0
                                    ? "CsI minute files do not say which data set they are of: "
                                      "give it, --dataset 1, 2 or 3"
                                    : fmt::format("there is no data set {}; allowed: 1, 2 or 3", data_set));
    }
}

std::optional<std::int64_t> csi_stamp_utc_ns(std::span<const std::byte, csi_stamp_bytes> stamp) {
    std::array<unsigned, 7> field{};
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (stamp[2 * i] != std::byte{0}) return std::nullopt;
        field[i] = std::to_integer<unsigned>(stamp[2 * i + 1]);
    }
    using namespace std::chrono;
    const year_month_day date{year(2000 + static_cast<int>(field[0])), month(field[1]), day(field[2])};
    if (!date.ok() || field[0] > 99 || field[3] > 23 || field[4] > 59 || field[5] > 60 || field[6] > 99)
        return std::nullopt;
    const auto time = sys_days(date) + hours(field[3]) + minutes(field[4]) + seconds(field[5]) +
                      milliseconds(10 * field[6]);
    return duration_cast<nanoseconds>(time.time_since_epoch()).count();
}

CsiMinuteReader::CsiMinuteReader(std::string path, ZipMember member)
    : path_(std::move(path)), member_(std::move(member)), record_(record_bytes) {}

proto::Result<CsiMinuteReader> CsiMinuteReader::open(const std::string& path) {
    auto member = ZipMember::open(path, max_minute_bytes);
    if (!member) return member.error();
    return CsiMinuteReader(path, std::move(*member));
}

proto::Status CsiMinuteReader::read_exactly(std::span<std::byte> into, std::string_view what) {
    const auto before = member_.bytes_read();
    const auto got = member_.read(into);
    if (!got) return got.error();
    if (*got == into.size()) return {};
    return proto::error(
        proto::ErrorKind::TRUNCATED,
        fmt::format("{}: ends inside {} at byte {}, without its closing chunk", path_, what, before));
}

// Only at its end is the member's checksum known.
proto::Status CsiMinuteReader::read_to_end() {
    for (;;) {
        const auto got = member_.read(record_);
        if (!got) return got.error();
        if (*got < record_.size()) return {};
    }
}

proto::Result<std::span<const std::byte>> CsiMinuteReader::next() {
    if (closed_) return std::span<const std::byte>{};
    if (left_in_chunk_ == 0) {
        const auto at = member_.bytes_read();
        std::array<std::byte, 8> head{};
        if (auto status = read_exactly(std::span(head).first(4), "a chunk's count"); !status)
            return status.error();
        const auto count = big_u32(head.data());
        if (count > closing_count) {
            closed_ = true;
            if (auto status = read_to_end(); !status) return status.error();
            return std::span<const std::byte>{};
        }
        if (auto status = read_exactly(std::span(head).last(4), "a chunk's header"); !status)
            return status.error();
        if (count == 0 || count % csi_words_per_record != 0 || big_u32(head.data() + 4) != channels)
            return proto::error(
                proto::ErrorKind::CORRUPT,
                fmt::format("{}: chunk at byte {}: {} samples of {} channels; allowed: {} times 1 to {}, "
                            "of {} channels",
                            path_, at, count, big_u32(head.data() + 4), csi_words_per_record,
                            csi_records_per_chunk, channels));
        left_in_chunk_ = count / csi_words_per_record;
    }
    if (auto status = read_exactly(record_, "a record"); !status) return status.error();
    --left_in_chunk_;
    kept_bytes_ = member_.bytes_read();
    return std::span<const std::byte>(record_);
}

}  // namespace spillgate::offline
