// A run writer in memory that fails, stalls or fills up as a test says.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "proto/run_file/file_layer.hpp"
#include "proto/run_file/run_writer.hpp"

namespace spillgate::test {

struct Script {
    std::mutex mutex;
    std::condition_variable changed;
    bool stalled = false;                      // append waits
    std::uint64_t record_room = ~0ull;         // records that fit before DISK_FULL
    std::optional<proto::Error> append_error;  // of every further append
    std::optional<proto::Error> sync_error;    // of every further sync
    std::uint64_t free_bytes = ~0ull;

    // what happened
    std::vector<std::uint64_t> appended;  // sequences
    std::vector<proto::Verdict> verdicts;
    std::uint64_t synced = 0;  // messages
    std::uint64_t syncs = 0;
    std::optional<wire::RunDescription> end;

    template <class Condition>
    bool await(Condition condition) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(60), condition);
    }
    void set(const std::function<void()>& change) {
        const std::lock_guard lock(mutex);
        change();
        changed.notify_all();
    }
};

class ScriptedRunWriter final : public proto::RunWriter {
  public:
    explicit ScriptedRunWriter(Script& script) : script_(script) {}

    proto::Status append(const proto::Message& message) override {
        std::unique_lock lock(script_.mutex);
        script_.changed.wait(lock, [&] { return !script_.stalled; });
        if (script_.append_error) return *script_.append_error;
        if (message.topic == proto::Topic::SPILL) {
            if (script_.record_room == 0) return proto::error(proto::ErrorKind::DISK_FULL, "no room");
            --script_.record_room;
        } else {
            script_.verdicts.push_back(*proto::decode_verdict(std::as_bytes(std::span(message.header))));
        }
        script_.appended.push_back(message.sequence);
        script_.changed.notify_all();
        return {};
    }
    proto::Status sync() override {
        const std::lock_guard lock(script_.mutex);
        if (script_.sync_error) return *script_.sync_error;
        script_.synced = script_.appended.size();
        ++script_.syncs;
        script_.changed.notify_all();
        return {};
    }
    proto::Status close(const wire::RunDescription& description) override {
        const std::lock_guard lock(script_.mutex);
        script_.end = description;
        return {};
    }
    std::uint64_t appended_messages() const override { return script_.appended.size(); }
    std::uint64_t synced_messages() const override { return script_.synced; }
    std::uint64_t bytes_written() const override { return script_.appended.size() * 100; }
    const std::string& directory() const override { return directory_; }

  private:
    Script& script_;
    std::string directory_ = "scripted";
};

// Only says how much is free.
class ScriptedFileLayer final : public proto::FileLayer {
  public:
    explicit ScriptedFileLayer(Script& script) : script_(script) {}
    proto::Status make_directory(const std::string&) override { return {}; }
    proto::Result<std::unique_ptr<proto::WritableFile>> create(const std::string& path) override {
        return proto::error(proto::ErrorKind::IO, path);
    }
    proto::Status replace(const std::string&, std::string_view) override { return {}; }
    proto::Status sync_directory(const std::string&) override { return {}; }
    proto::Status remove(const std::string&) override { return {}; }
    proto::Result<std::uint64_t> free_bytes(const std::string&) override {
        const std::lock_guard lock(script_.mutex);
        return script_.free_bytes;
    }

  private:
    Script& script_;
};

}  // namespace spillgate::test
