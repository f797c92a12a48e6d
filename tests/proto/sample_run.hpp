// Whole runs for tests: messages, the end record that belongs to them, and reading everything back.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "proto/run_file/run_reader.hpp"
#include "proto/run_file/run_writer.hpp"

namespace spillgate::proto::testing {

wire::RunDescription start_description(std::uint32_t number = 7);
config::Storage plain_storage();
config::Storage compressed_storage();

// A Spill record and a verdict per slot, sequences 0, 1, 2 …
std::vector<Message> sample_messages(std::size_t slots, std::size_t samples_per_trace = 300,
                                     std::uint32_t run = 7);
// The end record of a run that holds exactly these.
wire::RunDescription end_description(const std::vector<Message>& messages, std::uint32_t number = 7);

// Writes and closes a run; returns its directory.
std::string write_run(const std::string& runs_dir, const std::vector<Message>& messages,
                      const config::Storage& storage, std::uint32_t number = 7);

// What lies in a run, as bytes.
struct StoredMessage {
    Topic topic{};
    std::uint64_t sequence = 0;
    std::uint64_t slot = 0;
    std::string header;
    std::string samples;
    bool operator==(const StoredMessage&) const = default;
};
StoredMessage stored(const Message& message);
StoredMessage stored(const BlockView& block);
std::vector<StoredMessage> stored(const std::vector<Message>& messages);
std::vector<StoredMessage> read_messages(const std::string& run_directory,
                                         std::vector<Damage>* damage = nullptr);
// The same as several threads read: first where each message lies, then what it holds.
std::vector<StoredMessage> read_messages_by_place(const std::string& run_directory,
                                                  std::vector<Damage>* damage = nullptr);

std::string read_bytes(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, std::string_view bytes);

}  // namespace spillgate::proto::testing
