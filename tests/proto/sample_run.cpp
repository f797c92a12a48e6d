#include "tests/proto/sample_run.hpp"

#include <fstream>
#include <iterator>

#include "proto/ledger.hpp"
#include "tests/proto/random_record.hpp"

namespace spillgate::proto::testing {

wire::RunDescription start_description(std::uint32_t number) {
    wire::RunDescription run;
    run.set_number(number);
    run.set_type(wire::PHYSICS);
    run.set_simulated(true);
    run.set_note("beam on, \"first light\"");
    run.set_daemon("daq");
    run.set_software_version("0.1.0");
    run.set_host("beamline");
    run.set_start_utc_ns(1'800'000'000'000'000'000);
    return run;
}

config::Storage plain_storage() {
    config::Storage storage;
    storage.set_segment_s(86400);
    return storage;
}

config::Storage compressed_storage() {
    auto storage = plain_storage();
    storage.set_compression(config::Storage::ZSTD);
    return storage;
}

std::vector<Message> sample_messages(std::size_t slots, std::size_t samples_per_trace, std::uint32_t run) {
    std::vector<Message> messages;
    for (std::uint64_t slot = 0; slot < slots; ++slot) {
        auto record = fixed_record(slot, 2 * slot, samples_per_trace);
        auto verdict = fixed_verdict(slot, 2 * slot + 1);
        record.run = verdict.run = run;
        messages.push_back(encode(share(std::move(record))));
        messages.push_back(encode(verdict));
    }
    return messages;
}

wire::RunDescription end_description(const std::vector<Message>& messages, std::uint32_t number) {
    auto run = start_description(number);
    Ledger ledger;
    for (const auto& message : messages)
        if (message.topic == Topic::VERDICT) ledger.add(decode_verdict(bytes_of(message.header)).value());
    *run.mutable_ledger() = ledger.totals();
    run.set_next_sequence(messages.empty() ? 0 : messages.back().sequence + 1);
    run.set_stop_utc_ns(1'800'000'060'000'000'000);
    run.set_stop_reason("requested");
    return run;
}

std::string write_run(const std::string& runs_dir, const std::vector<Message>& messages,
                      const config::Storage& storage, std::uint32_t number) {
    auto writer = RunWriter::create(posix_file_layer(), runs_dir, start_description(number), storage).value();
    for (const auto& message : messages)
        writer->append(message).value();
    writer->close(end_description(messages, number)).value();
    return writer->directory();
}

StoredMessage stored(const Message& message) {
    const auto payload = message.payload();
    return {message.topic, message.sequence, message.slot, message.header,
            std::string(reinterpret_cast<const char*>(payload.data()), payload.size())};
}

StoredMessage stored(const BlockView& block) {
    return {block.topic, block.sequence, block.slot,
            std::string(reinterpret_cast<const char*>(block.header.data()), block.header.size()),
            std::string(reinterpret_cast<const char*>(block.samples.data()), block.samples.size())};
}

std::vector<StoredMessage> stored(const std::vector<Message>& messages) {
    std::vector<StoredMessage> all;
    for (const auto& message : messages)
        all.push_back(stored(message));
    return all;
}

std::vector<StoredMessage> read_messages(const std::string& run_directory, std::vector<Damage>* damage) {
    std::vector<StoredMessage> all;
    auto found = RunReader::open(run_directory)
                     .value()
                     .for_each([&](const BlockView& block) {
                         all.push_back(stored(block));
                         return true;
                     })
                     .value();
    if (damage != nullptr) *damage = std::move(found);
    return all;
}

std::vector<StoredMessage> read_messages_by_place(const std::string& run_directory,
                                                  std::vector<Damage>* damage) {
    std::vector<StoredMessage> found;
    std::vector<Damage> inside;
    BlockContents contents;
    SpillRecord record;
    auto outside = RunReader::open(run_directory).value().for_each_place([&](const BlockPlace& place) {
        Status status;
        if (place.fixed.type == BlockType::SPILL) {
            status = contents.read(place, record);
            if (status) found.push_back(stored(encode(share(record))));
        } else {
            const auto block = contents.read(place);
            if (!block) status = block.error();
            if (block) found.push_back(stored(*block));
        }
        if (!status) inside.push_back({place.file->path(), place.offset, status.error()});
        return true;
    });
    if (damage != nullptr) {
        *damage = outside.value();
        damage->insert(damage->end(), inside.begin(), inside.end());
    }
    return found;
}

std::string read_bytes(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace spillgate::proto::testing
