// COHERENT CsI[Na] minute files 2015–17: HHMMSS.zip with one member HHMMSS, chunks of whole beam-triggered
// records (docs/import.md; arXiv:1708.01294 for the detector). Big-endian counts.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "offline/import/import.hpp"
#include "offline/import/imported_run.hpp"
#include "offline/import/zip_member.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

inline constexpr std::uint32_t csi_samples = 35000;           // of one channel in one record
inline constexpr std::uint32_t csi_stamp_bytes = 14;          // 7 × {0, value}
inline constexpr std::uint32_t csi_words_per_record = 35007;  // per channel, the stamp included
inline constexpr std::uint32_t csi_records_per_chunk = 10;
inline constexpr double csi_sample_rate_hz = 500e6;
// A minute at 60 Hz is 252 MB; nothing beyond this is read.
inline constexpr std::uint64_t max_minute_bytes = std::uint64_t{1} << 30;

// Windows of one of the three data sets of the 2017 analysis, in samples of the record, [begin, end).
struct CsiWindows {
    std::array<std::int64_t, 2> ac_pretrace, ac_roi, in_time_pretrace, in_time_roi;
};
// Error: CONFIG for anything but 1, 2, 3.
proto::Result<CsiWindows> csi_windows(std::uint32_t data_set);

// UTC of a record's stamp in ns since 1970: yy mm dd hh mm ss and hundredths [?]; nothing if it is no time.
std::optional<std::int64_t> csi_stamp_utc_ns(std::span<const std::byte, csi_stamp_bytes> stamp);

// Reads the records of one minute file in order. Owns the archive.
class CsiMinuteReader {
  public:
    static proto::Result<CsiMinuteReader> open(const std::string& path);
    // The bytes of the next record (stamp, then pairs), valid until the next call; empty after the closing
    // chunk. Errors: TRUNCATED (no closing chunk), CORRUPT. Records before an error are whole.
    proto::Result<std::span<const std::byte>> next();
    std::uint64_t bytes_after_last_record() const { return member_.bytes_read() - kept_bytes_; }

  private:
    CsiMinuteReader(std::string path, ZipMember member);
    proto::Status read_exactly(std::span<std::byte> into, std::string_view what);
    proto::Status read_to_end();
    std::string path_;
    ZipMember member_;
    std::vector<std::byte> record_;
    std::uint64_t kept_bytes_ = 0;  // up to the end of the last whole record
    std::uint32_t left_in_chunk_ = 0;
    bool closed_ = false;
};

// Each record becomes one slot with its AC and its C window.
proto::Result<ImportReport> import_csi_minutes(const std::vector<std::string>& paths,
                                               const std::string& runs_dir, const ImportOptions& options);

}  // namespace spillgate::offline
