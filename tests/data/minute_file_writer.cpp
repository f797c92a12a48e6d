#include "tests/data/minute_file_writer.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <fmt/format.h>
#include <zip.h>

namespace spillgate::tests {

namespace {

constexpr std::uint32_t words_per_record = 35007;
constexpr std::uint32_t channels = 2;

void put_big_u32(std::vector<std::byte>& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::byte>(value >> shift & 0xFFu));
}

void put_stamp(std::vector<std::byte>& out, const MinuteFile& file, std::size_t record) {
    using namespace std::chrono;
    const auto day = sys_days(year(2000 + file.begin[0]) / file.begin[1] / file.begin[2]);
    const auto centiseconds = static_cast<std::int64_t>(record * 100 / 60);
    const auto time = day + hours(file.begin[3]) + minutes(file.begin[4]) + seconds(file.begin[5]) +
                      seconds(centiseconds / 100);
    const auto today = floor<days>(time);
    const year_month_day date(today);
    const hh_mm_ss clock(time - today);
    const std::array<std::int64_t, 7> fields{static_cast<int>(date.year()) - 2000,
                                             static_cast<unsigned>(date.month()),
                                             static_cast<unsigned>(date.day()),
                                             clock.hours().count(),
                                             clock.minutes().count(),
                                             clock.seconds().count(),
                                             centiseconds % 100};
    for (const auto field : fields) {
        out.push_back(std::byte{0});
        out.push_back(static_cast<std::byte>(field));
    }
}

}  // namespace

std::vector<std::byte> minute_bytes(const MinuteFile& file, const WaveformSource& source) {
    std::vector<std::byte> out;
    out.reserve(file.records * (words_per_record * channels + 8) + 8);
    std::vector<std::int8_t> csi(minute_record_samples);
    std::vector<std::int8_t> muon(minute_record_samples);
    std::size_t chunk = 0;
    for (std::size_t record = 0; record < file.records;) {
        const auto n =
            std::min<std::size_t>(file.chunks[chunk++ % file.chunks.size()], file.records - record);
        put_big_u32(out, static_cast<std::uint32_t>(words_per_record * n));
        put_big_u32(out, channels);
        for (const auto last = record + n; record < last; ++record) {
            source(record, csi, muon);
            put_stamp(out, file, record);
            for (std::size_t i = 0; i < minute_record_samples; ++i) {
                out.push_back(static_cast<std::byte>(csi[i]));
                out.push_back(static_cast<std::byte>(muon[i]));
            }
        }
    }
    if (file.closing_chunk) {
        put_big_u32(out, words_per_record * 10 + 1);
        put_big_u32(out, channels);
    }
    return out;
}

void write_zip(const std::string& path, const std::string& member, std::span<const std::byte> bytes) {
    int code = 0;
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (archive == nullptr) throw std::runtime_error(fmt::format("{}: libzip error {}", path, code));
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const auto index = zip_file_add(archive, member.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0 ||
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_DEFLATE, 1) != 0 ||
        zip_close(archive) != 0) {
        const std::string text = zip_strerror(archive);
        zip_discard(archive);
        throw std::runtime_error(fmt::format("{}: {}", path, text));
    }
}

std::string write_minute_file(const std::string& directory, const MinuteFile& file,
                              const WaveformSource& source) {
    const auto name = fmt::format("{:02}{:02}{:02}", file.begin[3], file.begin[4], file.begin[5]);
    const auto path = fmt::format("{}/{}.zip", directory, name);
    write_zip(path, name, minute_bytes(file, source));
    return path;
}

}  // namespace spillgate::tests
