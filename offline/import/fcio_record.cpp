#include "offline/import/fcio_record.hpp"

#include <array>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

// The architecture knows 2304 channels, and a sparse event has a field for each.
constexpr std::uint32_t max_traces = 4096;
constexpr std::size_t max_fields = max_traces + 64;
constexpr std::uint32_t max_samples = 1u << 20;
constexpr std::uint32_t max_field_bytes = 1u << 30;
constexpr std::int32_t lowest_tag = -1000;  // far below those in use: anything else is no tag

proto::Error corrupt(const InputBytes& file, std::uint64_t offset, const std::string& what) {
    return proto::error(proto::ErrorKind::CORRUPT,
                        fmt::format("{}: record at byte {}: {}", file.path(), offset, what));
}

proto::Result<std::int32_t> number_at(const InputBytes& file, std::uint64_t offset) {
    std::array<std::byte, 4> bytes{};
    if (auto status = file.read(offset, bytes); !status) return status.error();
    return static_cast<std::int32_t>(little_u32(bytes.data()));
}

}  // namespace

ByteRange FcioRecord::with_lengths(std::size_t a, std::size_t b) const {
    const auto end_of = [&](std::size_t fields_before) {
        if (fields_before == 0) return begin + 4;
        return fields[fields_before - 1].offset + fields[fields_before - 1].bytes;
    };
    return {end_of(a), static_cast<std::uint32_t>(end_of(b) - end_of(a))};
}

proto::Status read_fcio_record(const InputBytes& file, std::uint64_t offset, FcioRecord& record) {
    record.fields.clear();
    record.tag = 0;
    record.begin = record.end = offset;
    const auto tag = number_at(file, offset);
    if (!tag) return tag.error();
    if (*tag >= 0 || *tag < lowest_tag)
        return corrupt(file, offset, fmt::format("begins with {}; tags are {} to -1", *tag, lowest_tag));
    record.tag = *tag;
    for (record.end = offset + 4; record.end < file.size();) {
        const auto bytes = number_at(file, record.end);
        if (!bytes) return bytes.error();
        if (*bytes < 0) break;  // the next tag
        const auto length = static_cast<std::uint32_t>(*bytes);
        if (record.fields.size() == max_fields || length > max_field_bytes)
            return corrupt(file, offset,
                           fmt::format("field {} of {} bytes; allowed: {} fields of at most {} bytes",
                                       record.fields.size(), length, max_fields, max_field_bytes));
        if (!file.holds(record.end + 4, length))
            return proto::error(
                proto::ErrorKind::TRUNCATED,
                fmt::format("{}: record at byte {}: field {} has {} bytes, the file only {} "
                            "more",
                            file.path(), offset, record.fields.size(), length, file.size() - record.end - 4));
        record.fields.push_back({record.end + 4, length});
        record.end += 4 + std::uint64_t{length};
    }
    return {};
}

proto::Result<FcioConfig> read_fcio_config(const InputBytes& file, const FcioRecord& record) {
    constexpr std::size_t fields = 10;
    std::array<std::uint32_t, fields> values{};
    if (record.fields.size() < fields)
        return corrupt(file, record.begin,
                       fmt::format("a config of {} fields; needed: {}", record.fields.size(), fields));
    for (std::size_t i = 0; i < fields; ++i) {
        if (record.fields[i].bytes != 4)
            return corrupt(file, record.begin,
                           fmt::format("field {} of the config has {} bytes", i, record.fields[i].bytes));
        const auto value = number_at(file, record.fields[i].offset);
        if (!value) return value.error();
        values[i] = static_cast<std::uint32_t>(*value);
    }
    FcioConfig config{values[0], values[1], values[2], values[5], values[9] != 0, {}};
    if (config.channels > max_traces || config.triggers > max_traces || config.traces() == 0 ||
        config.traces() > max_traces || config.samples == 0 || config.samples > max_samples ||
        config.bits == 0 || config.bits > 16)
        return corrupt(
            file, record.begin,
            fmt::format("a config of {} channels, {} triggers, {} samples of {} bits; allowed: 1 to "
                        "{} traces of 1 to {} samples of 1 to 16 bits",
                        config.channels, config.triggers, config.samples, config.bits, max_traces,
                        max_samples));
    if (record.fields.size() == fields) return config;
    const auto& map = record.fields[fields];
    if (map.bytes % 4 != 0 || map.bytes / 4 < config.traces()) return config;  // of an older writer: none
    for (std::uint32_t i = 0; i < config.traces(); ++i) {
        const auto entry = number_at(file, map.offset + std::uint64_t{i} * 4);
        if (!entry) return entry.error();
        config.trace_map.push_back(static_cast<std::uint32_t>(*entry));
    }
    return config;
}

}  // namespace spillgate::offline
