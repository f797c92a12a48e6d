// A file system in memory that forgets, when the power is cut, everything that was not synced: contents
// without sync(), names without sync_directory(). It can also be full from a chosen write on, and fail or
// stall a sync. Thread-safe. Header-only, for the tests of every room.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>

#include "proto/run_file/file_layer.hpp"

namespace spillgate::proto::testing {

class ForgetfulFileLayer final : public FileLayer {
  public:
    // `root` exists, durably; all paths lie below it.
    explicit ForgetfulFileLayer(std::string root = "/runs") : root_(std::move(root)) {}

    // ---- what may go wrong
    // -----------------------------------------------------------------------------------

    void set_capacity(std::uint64_t bytes) {
        const std::lock_guard lock(mutex_);
        capacity_ = bytes;
    }
    // At the n-th write (0: the first; a write is whatever may need space: append, reserve, replace, create)
    // the disk turns out to be no larger than what was in use at most until then.
    void fill_up_at_write(std::uint64_t n) {
        const std::lock_guard lock(mutex_);
        full_at_write_ = n;
    }
    // The n-th call of any kind and all later ones fail: the power is gone.
    void cut_power_at_call(std::uint64_t n) {
        const std::lock_guard lock(mutex_);
        cut_at_call_ = n;
    }
    void cut_power() {
        const std::lock_guard lock(mutex_);
        dark_ = true;
    }
    // Called before each sync of a file, outside the lock; it may wait (a stalling disk).
    void before_sync(std::function<void()> hook) {
        const std::lock_guard lock(mutex_);
        before_sync_ = std::move(hook);
    }
    // The n-th sync of a file fails, and what it should have synced is lost.
    void fail_sync(std::uint64_t n) {
        const std::lock_guard lock(mutex_);
        fail_sync_ = n;
    }

    // ---- what happened
    // ---------------------------------------------------------------------------------------

    std::uint64_t writes() const { return locked(writes_); }
    std::uint64_t calls() const { return locked(calls_); }
    bool is_dark() const { return locked(dark_); }
    std::uint64_t used_bytes() const {
        const std::lock_guard lock(mutex_);
        return used();
    }

    // What a machine finds after a power cut, written below `directory` of the real file system. With
    // `random`, the disk has kept some of what was not synced: any prefix of it, some 512-byte sectors of
    // that still zero.
    void write_survivors(const std::string& directory, std::mt19937_64* random = nullptr) const {
        const std::lock_guard lock(mutex_);
        for (const auto& [path, inode] : durable_names_) {
            if (!reachable(path)) continue;
            const std::string to = directory + path;
            if (inode->is_directory) {
                std::filesystem::create_directories(to);
                continue;
            }
            std::filesystem::create_directories(std::filesystem::path(to).parent_path());
            std::string content = inode->synced;
            if (random != nullptr) keep_some(*inode, content, *random);
            std::ofstream(to, std::ios::binary) << content;
        }
    }
    // What a program finds without any power cut.
    void write_all(const std::string& directory) const {
        const std::lock_guard lock(mutex_);
        for (const auto& [path, inode] : names_) {
            const std::string to = directory + path;
            std::filesystem::create_directories(
                inode->is_directory ? std::filesystem::path(to) : std::filesystem::path(to).parent_path());
            if (!inode->is_directory) std::ofstream(to, std::ios::binary) << inode->content;
        }
    }

    // ---- FileLayer
    // -------------------------------------------------------------------------------------------

    Status make_directory(const std::string& path) override {
        const std::lock_guard lock(mutex_);
        if (auto status = call(); !status) return status;
        if (names_.contains(path)) return error(ErrorKind::EXISTS, path + " exists");
        names_[path] = std::make_shared<Inode>();
        names_[path]->is_directory = true;
        return {};
    }

    Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
        const std::lock_guard lock(mutex_);
        if (auto status = call(); !status) return status.error();
        if (auto status = take(0); !status) return status.error();
        if (names_.contains(path)) return error(ErrorKind::EXISTS, path + " exists");
        auto inode = std::make_shared<Inode>();
        names_[path] = inode;
        return std::unique_ptr<WritableFile>(std::make_unique<File>(*this, inode));
    }

    Status replace(const std::string& path, std::string_view content) override {
        const std::lock_guard lock(mutex_);
        if (auto status = call(); !status) return status;
        if (auto status = take(content.size()); !status) return status;  // while the old one is still there
        auto inode = std::make_shared<Inode>();
        inode->content = inode->synced = content;
        names_[path] = durable_names_[path] = inode;
        sync_names_in(parent_of(path));
        return {};
    }

    Status sync_directory(const std::string& path) override {
        const std::lock_guard lock(mutex_);
        if (auto status = call(); !status) return status;
        sync_names_in(path);
        return {};
    }

    Status remove(const std::string& path) override {
        const std::lock_guard lock(mutex_);
        if (auto status = call(); !status) return status;
        if (names_.erase(path) == 0) return error(ErrorKind::NOT_FOUND, path + " does not exist");
        return {};
    }

    Result<std::uint64_t> free_bytes(const std::string&) override {
        const std::lock_guard lock(mutex_);
        if (auto status = call(); !status) return status.error();
        return capacity_ - std::min(capacity_, used());
    }

  private:
    struct Inode {
        bool is_directory = false;
        bool read_only = false;
        std::string content;
        std::string synced;
        std::uint64_t reserved_to = 0;
    };
    using Names = std::map<std::string, std::shared_ptr<Inode>>;

    class File final : public WritableFile {
      public:
        File(ForgetfulFileLayer& layer, std::shared_ptr<Inode> inode)
            : layer_(layer), inode_(std::move(inode)) {}

        Status append(std::span<const iovec> pieces) override {
            const std::lock_guard lock(layer_.mutex_);
            if (auto status = layer_.call(); !status) return status;
            if (inode_->read_only) return error(ErrorKind::IO, "the file is read-only");
            std::uint64_t bytes = 0;
            for (const auto& piece : pieces)
                bytes += piece.iov_len;
            const std::uint64_t reserved =
                inode_->reserved_to - std::min<std::uint64_t>(inode_->reserved_to, inode_->content.size());
            if (auto status = layer_.take(bytes - std::min(bytes, reserved)); !status) return status;
            for (const auto& piece : pieces)
                inode_->content.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
            return {};
        }
        Status sync() override {
            std::function<void()> hook;
            {
                const std::lock_guard lock(layer_.mutex_);
                hook = layer_.before_sync_;
            }
            if (hook) hook();
            const std::lock_guard lock(layer_.mutex_);
            if (auto status = layer_.call(); !status) return status;
            if (layer_.fail_sync_ && layer_.syncs_++ == *layer_.fail_sync_)
                return error(ErrorKind::IO, "the disk does not answer", 5);
            inode_->synced = inode_->content;
            return {};
        }
        Status reserve(std::uint64_t bytes) override {
            const std::lock_guard lock(layer_.mutex_);
            if (auto status = layer_.call(); !status) return status;
            const std::uint64_t to = inode_->content.size() + bytes;
            const std::uint64_t have = std::max<std::uint64_t>(inode_->reserved_to, inode_->content.size());
            if (auto status = layer_.take(to - std::min(to, have)); !status) return status;
            inode_->reserved_to = std::max(inode_->reserved_to, to);
            return {};
        }
        Status truncate(std::uint64_t size) override {
            const std::lock_guard lock(layer_.mutex_);
            if (auto status = layer_.call(); !status) return status;
            inode_->content.resize(size);
            inode_->reserved_to = std::min(inode_->reserved_to, size);
            return {};
        }
        Status make_read_only() override {
            const std::lock_guard lock(layer_.mutex_);
            if (auto status = layer_.call(); !status) return status;
            inode_->read_only = true;
            return {};
        }
        std::uint64_t size() const override {
            const std::lock_guard lock(layer_.mutex_);
            return inode_->content.size();
        }

      private:
        ForgetfulFileLayer& layer_;
        std::shared_ptr<Inode> inode_;
    };

    static std::string parent_of(const std::string& path) { return path.substr(0, path.find_last_of('/')); }

    template <class T>
    T locked(const T& value) const {
        const std::lock_guard lock(mutex_);
        return value;
    }

    Status call() {
        if (calls_++ >= cut_at_call_) dark_ = true;
        if (dark_) return error(ErrorKind::IO, "the power is gone", 5);
        return {};
    }

    Status take(std::uint64_t bytes) {
        if (writes_++ == full_at_write_) capacity_ = peak_;
        const std::uint64_t after = used() + std::max<std::uint64_t>(bytes, 1);  // a name takes space too
        if (after > capacity_) return error(ErrorKind::DISK_FULL, "no space left on the device", 28);
        peak_ = std::max(peak_, after);
        return {};
    }

    std::uint64_t used() const {
        std::uint64_t sum = 0;
        for (const auto& [path, inode] : names_)
            sum += std::max<std::uint64_t>(inode->content.size(), inode->reserved_to);
        return sum;
    }

    void sync_names_in(const std::string& directory) {
        const auto is_in = [&](const std::string& path) { return parent_of(path) == directory; };
        for (auto it = durable_names_.begin(); it != durable_names_.end();)
            it = is_in(it->first) && !names_.contains(it->first) ? durable_names_.erase(it) : std::next(it);
        for (const auto& [path, inode] : names_)
            if (is_in(path)) durable_names_[path] = inode;
    }

    bool reachable(const std::string& path) const {
        const std::string parent = parent_of(path);
        return parent == root_ || (durable_names_.contains(parent) && reachable(parent));
    }

    static void keep_some(const Inode& inode, std::string& content, std::mt19937_64& random) {
        if (inode.content.size() <= content.size()) return;
        const auto from = content.size();
        content = inode.content.substr(
            0, std::uniform_int_distribution<std::size_t>(from, inode.content.size())(random));
        for (std::size_t at = from; at < content.size(); at = (at / 512 + 1) * 512)
            if (random() % 8 == 0)
                std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(at),
                            std::min<std::size_t>(512 - at % 512, content.size() - at), '\0');
    }

    const std::string root_;
    mutable std::mutex mutex_;
    Names names_;
    Names durable_names_;
    std::uint64_t capacity_ = std::numeric_limits<std::uint64_t>::max() / 2;
    std::uint64_t full_at_write_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t cut_at_call_ = std::numeric_limits<std::uint64_t>::max();
    std::optional<std::uint64_t> fail_sync_;
    std::function<void()> before_sync_;
    std::uint64_t syncs_ = 0;
    std::uint64_t writes_ = 0;
    std::uint64_t peak_ = 0;
    std::uint64_t calls_ = 0;
    bool dark_ = false;
};

}  // namespace spillgate::proto::testing
