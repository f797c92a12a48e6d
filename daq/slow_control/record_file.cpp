#include "daq/slow_control/record_file.hpp"

#include <span>

#include <fmt/format.h>
#include <sys/uio.h>

#include "proto/names.hpp"
#include "proto/run_file/companion_files.hpp"

namespace spillgate::daq {

namespace {

constexpr auto sync_every = std::chrono::seconds(2);

// As RFC 4180 has it: file names in a source may hold anything.
std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string field = "\"";
    for (const char c : text) {
        if (c == '"') field += '"';
        field += c;
    }
    return field + '"';
}

}  // namespace

std::string_view slow_record_header() {
    return "utc_ns,name,value,unit,state,value_utc_ns,source\n";
}

std::string slow_record_row(std::int64_t utc_ns, const config::SlowValue& value, const SlowReading& reading,
                            SlowState state) {
    const bool known = state != wire::SlowValue::STALE;
    return fmt::format("{},{},{},{},{},{},{}\n", utc_ns, value.name(),
                       known ? fmt::format("{}", *reading.value) : "", value.unit(), wire::name_of(state),
                       known && reading.value_utc_ns != 0 ? fmt::format("{}", reading.value_utc_ns) : "",
                       csv_field(source_text(value)));
}

proto::Result<SlowRecord> SlowRecord::create(proto::FileLayer& files, const std::string& directory) {
    const auto path = fmt::format("{}/{}", directory, proto::slow_control_record_name);
    auto file = files.create(path);
    if (!file) return file.error();
    SlowRecord record(std::move(*file));
    auto status = record.write(slow_record_header());
    if (status) status = files.sync_directory(directory);
    if (status) return record;
    // Without its first line it is of no use, and would stand in the way of a second attempt.
    if (auto removed = files.remove(path); !removed) return removed.error();
    return status.error();
}

proto::Status SlowRecord::write(std::string_view rows) {
    const iovec piece{const_cast<char*>(rows.data()), rows.size()};
    if (auto status = file_->append(std::span(&piece, 1)); !status) return status;
    unsynced_ = true;
    return {};
}

proto::Status SlowRecord::sync_if_due() {
    const auto now = std::chrono::steady_clock::now();
    if (!unsynced_ || now - last_sync_ < sync_every) return {};
    last_sync_ = now;
    unsynced_ = false;
    return file_->sync();
}

proto::Status SlowRecord::close() {
    auto status = file_->sync();
    if (status) status = file_->make_read_only();
    file_.reset();
    return status;
}

}  // namespace spillgate::daq
