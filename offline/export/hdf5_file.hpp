// Writes HDF5 through the C API, without anything that depends on when or where: no object times, no user
// block. Strings are variable-length UTF-8 and truth values the enumeration {FALSE, TRUE} of 8-bit integers,
// as h5py writes and reads them. The serial HDF5 library is not thread-safe: one thread at a time in a
// process.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <hdf5.h>

#include "proto/result.hpp"

namespace spillgate::offline {

// Owns one HDF5 identifier.
class Hdf5Id {
  public:
    using Close = herr_t (*)(hid_t);
    Hdf5Id() = default;
    Hdf5Id(hid_t id, Close close) : id_(id), close_(close) {}
    Hdf5Id(Hdf5Id&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    Hdf5Id& operator=(Hdf5Id&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(close_, other.close_);
        return *this;
    }
    ~Hdf5Id() {
        if (id_ >= 0) close_(id_);
    }
    hid_t get() const { return id_; }
    bool valid() const { return id_ >= 0; }

  private:
    hid_t id_ = -1;
    Close close_ = nullptr;
};

using Scalar = std::variant<bool, std::int64_t, double, std::string>;
using Attributes = std::vector<std::pair<std::string, Scalar>>;

// Owns a file, written under a temporary name beside `path` and renamed by commit(); without commit nothing
// is left. The first failure is remembered and reported by commit(); after it the calls do nothing.
class Hdf5Writer {
  public:
    explicit Hdf5Writer(std::string path);
    Hdf5Writer(const Hdf5Writer&) = delete;
    Hdf5Writer& operator=(const Hdf5Writer&) = delete;
    ~Hdf5Writer();

    // Path as "/a/b"; missing groups on the way are made.
    Hdf5Id group(const std::string& path);
    void attributes(hid_t object, const Attributes& attributes);
    // Row-major; `shape` multiplies to the number of values. Large ones are compressed.
    void dataset(hid_t parent, const std::string& name, std::span<const std::int64_t> values,
                 std::span<const hsize_t> shape);
    void dataset(hid_t parent, const std::string& name, std::span<const double> values,
                 std::span<const hsize_t> shape);
    // One-dimensional dataset of references to objects, by path.
    void references(hid_t parent, const std::string& name, const std::vector<std::string>& paths);
    // One-dimensional, empty, grows by append(). `stored` is its type in the file.
    Hdf5Id growing(hid_t parent, const std::string& name, hid_t stored, hsize_t chunk);
    // Appends `count` elements of `in_memory` type after the `before` that are there.
    void append(hid_t dataset, hid_t in_memory, const void* values, hsize_t before, hsize_t count);

    bool failed() const { return failed_; }
    // Errors: IO, DISK_FULL.
    proto::Status commit();

  private:
    void write(hid_t parent, const std::string& name, const void* values, std::size_t count, hid_t in_memory,
               hid_t stored, std::span<const hsize_t> shape);
    bool check(bool ok);  // false ends all writing

    std::string path_, temporary_;
    Hdf5Id file_;
    bool failed_ = false;
    int errno_ = 0;
};

}  // namespace spillgate::offline
