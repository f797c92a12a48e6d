#include <cstdlib>
#include <utility>

#include "offline/import/compass.hpp"
#include "offline/import/csi_minute.hpp"
#include "offline/import/fcio.hpp"
#include "offline/import/llama.hpp"
#include "offline/import/ngm.hpp"
#include "offline/import/slices.hpp"
#include "offline/import/wavedump.hpp"
#include "tests/fuzz/fuzz_targets.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/offline/import/foreign_samples.hpp"

namespace spillgate::fuzz {

namespace {

using namespace offline;

constexpr std::uint8_t formats = 6;
constexpr std::uint8_t compass_fields = 0xED;  // what stands for a missing header

void promise(bool kept) {
    if (!kept) std::abort();
}

proto::Status read(ImportFormat format, InputBytes file, Recording& recording) {
    switch (format) {
        case ImportFormat::LLAMA:
            return read_llama(std::move(file), recording);
        case ImportFormat::WAVEDUMP:
            return read_wavedump(std::move(file), {}, recording);
        case ImportFormat::FCIO:
            return read_fcio(std::move(file), {}, recording);
        case ImportFormat::COMPASS:
            return read_compass(std::move(file), {.bits = {}, .header = 0xCA00u | compass_fields}, recording);
        case ImportFormat::NGM:
            return read_ngm(std::move(file), {.bits = {}, .maw_words = 3}, recording);
        case ImportFormat::CSI_MINUTE:
            break;
    }
    std::abort();
}

// All that slots are written from must lie inside the file, in the order of the events.
void use(const Recording& recording) {
    promise(recording.files.size() == 1 && recording.descriptions.size() == 1);
    const auto& file = recording.files[0];
    promise(recording.dropped_bytes <= file.size());
    promise(recording.dropped_bytes == 0 || recording.descriptions[0].messages_size() > 0);
    std::uint64_t traces = 0;
    for (const auto& event : recording.events) {
        promise(event.first_trace == traces);
        traces += event.traces;
    }
    promise(traces == recording.traces.size());
    for (const auto& trace : recording.traces) {
        promise(trace.file == 0 && trace.ticks_per_sample > 0);
        promise(trace.encoding.bits >= 1 && trace.encoding.bits + trace.encoding.shift <= 16);
        promise(file.holds(trace.samples.offset, trace.samples.bytes));
        for (const auto& range : trace.device_header)
            promise(file.holds(range.offset, range.bytes));
    }
    (void)SliceWriter::plan(recording, 100).has_value();
}

void read_minute(const std::string& path) {
    auto reader = CsiMinuteReader::open(path);
    if (!reader) return;
    for (auto record = reader->next(); record && !record->empty(); record = reader->next())
        promise(record->size() == csi_stamp_bytes + 2 * csi_samples);
}

}  // namespace

void import_recording(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return;
    const MemoryFile file({reinterpret_cast<const char*>(data) + 1, size - 1});
    (void)detect_format(file.path()).has_value();
    const auto format = static_cast<ImportFormat>(data[0] % formats);
    if (format == ImportFormat::CSI_MINUTE) return read_minute(file.path());
    auto input = InputBytes::open(file.path());
    promise(input.has_value());
    Recording recording;
    if (const auto status = read(format, std::move(*input), recording)) {
        use(recording);
    } else {
        promise(!status.error().message.empty());
    }
}

std::vector<std::string> import_recording_seeds() {
    std::vector<std::string> seeds;
    for (const auto& sample : offline::test::foreign_samples()) {
        const auto bytes = offline::test::file_bytes(sample, sample.bytes);
        auto& seed = seeds.emplace_back(1, static_cast<char>(sample.format));
        seed.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    return seeds;
}

}  // namespace spillgate::fuzz
