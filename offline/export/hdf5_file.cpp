#include "offline/export/hdf5_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <numeric>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

constexpr std::size_t compress_from = 1024;  // values

Hdf5Id no_times(hid_t list_class) {
    Hdf5Id list(H5Pcreate(list_class), H5Pclose);
    H5Pset_obj_track_times(list.get(), false);
    return list;
}

Hdf5Id string_type() {
    Hdf5Id type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.get(), H5T_VARIABLE);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    return type;
}

Hdf5Id bool_type() {
    Hdf5Id type(H5Tenum_create(H5T_STD_I8LE), H5Tclose);
    std::int8_t value = 0;
    H5Tenum_insert(type.get(), "FALSE", &value);
    value = 1;
    H5Tenum_insert(type.get(), "TRUE", &value);
    return type;
}

}  // namespace

Hdf5Writer::Hdf5Writer(std::string path) : path_(std::move(path)), temporary_(path_ + ".part") {
    // Failures are reported by commit(), not printed by the library.
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    errno = 0;
    const Hdf5Id creation = no_times(H5P_FILE_CREATE);
    file_ = Hdf5Id(H5Fcreate(temporary_.c_str(), H5F_ACC_TRUNC, creation.get(), H5P_DEFAULT), H5Fclose);
    check(file_.valid());
}

Hdf5Writer::~Hdf5Writer() {
    if (!file_.valid()) return;
    file_ = {};
    std::remove(temporary_.c_str());
}

bool Hdf5Writer::check(bool ok) {
    if (!ok && !failed_) {
        failed_ = true;
        errno_ = errno;
    }
    return ok;
}

Hdf5Id Hdf5Writer::group(const std::string& path) {
    if (failed_) return {};
    if (path == "/") return {H5Gopen2(file_.get(), "/", H5P_DEFAULT), H5Gclose};
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const std::string prefix = path.substr(0, slash);
        if (H5Lexists(file_.get(), prefix.c_str(), H5P_DEFAULT) <= 0) {
            const Hdf5Id creation = no_times(H5P_GROUP_CREATE);
            const Hdf5Id made(
                H5Gcreate2(file_.get(), prefix.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Gclose);
            if (!check(made.valid())) return {};
        }
        if (slash == std::string::npos) break;
    }
    Hdf5Id opened(H5Gopen2(file_.get(), path.c_str(), H5P_DEFAULT), H5Gclose);
    check(opened.valid());
    return opened;
}

void Hdf5Writer::attributes(hid_t object, const Attributes& attributes) {
    const Hdf5Id scalar(H5Screate(H5S_SCALAR), H5Sclose);
    const auto put = [&](const std::string& name, hid_t stored, hid_t in_memory, const void* value) {
        const Hdf5Id attribute(
            H5Acreate2(object, name.c_str(), stored, scalar.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
        if (check(attribute.valid())) check(H5Awrite(attribute.get(), in_memory, value) >= 0);
    };
    for (const auto& [name, value] : attributes) {
        if (failed_) return;
        if (const auto* truth = std::get_if<bool>(&value)) {
            const Hdf5Id type = bool_type();
            const std::int8_t byte = *truth ? 1 : 0;
            put(name, type.get(), type.get(), &byte);
        } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
            put(name, H5T_STD_I64LE, H5T_NATIVE_INT64, integer);
        } else if (const auto* number = std::get_if<double>(&value)) {
            put(name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, number);
        } else {
            const Hdf5Id type = string_type();
            const char* text = std::get<std::string>(value).c_str();
            put(name, type.get(), type.get(), static_cast<const void*>(&text));
        }
    }
}

void Hdf5Writer::write(hid_t parent, const std::string& name, const void* values, std::size_t count,
                       hid_t in_memory, hid_t stored, std::span<const hsize_t> shape) {
    if (failed_) return;
    const Hdf5Id space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
    const Hdf5Id creation = no_times(H5P_DATASET_CREATE);
    if (count >= compress_from) {
        // Chunks of at most 64 Ki values, cut along the slowest axis.
        std::vector<hsize_t> chunk(shape.begin(), shape.end());
        const hsize_t row = count / chunk.front();
        chunk.front() = std::clamp<hsize_t>((hsize_t{1} << 16) / std::max<hsize_t>(row, 1), 1, chunk.front());
        H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
        H5Pset_shuffle(creation.get());
        H5Pset_deflate(creation.get(), 4);
    }
    const Hdf5Id dataset(
        H5Dcreate2(parent, name.c_str(), stored, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
        H5Dclose);
    if (check(dataset.valid()))
        check(H5Dwrite(dataset.get(), in_memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
}

void Hdf5Writer::dataset(hid_t parent, const std::string& name, std::span<const std::int64_t> values,
                         std::span<const hsize_t> shape) {
    write(parent, name, values.data(), values.size(), H5T_NATIVE_INT64, H5T_STD_I64LE, shape);
}

void Hdf5Writer::dataset(hid_t parent, const std::string& name, std::span<const double> values,
                         std::span<const hsize_t> shape) {
    write(parent, name, values.data(), values.size(), H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE, shape);
}

void Hdf5Writer::references(hid_t parent, const std::string& name, const std::vector<std::string>& paths) {
    if (failed_) return;
    std::vector<hobj_ref_t> references(paths.size());
    for (std::size_t i = 0; i < paths.size(); ++i)
        if (!check(H5Rcreate(&references[i], file_.get(), paths[i].c_str(), H5R_OBJECT, -1) >= 0)) return;
    const hsize_t shape = references.size();
    write(parent, name, references.data(), references.size(), H5T_STD_REF_OBJ, H5T_STD_REF_OBJ, {&shape, 1});
}

Hdf5Id Hdf5Writer::growing(hid_t parent, const std::string& name, hid_t stored, hsize_t chunk) {
    if (failed_) return {};
    const hsize_t none = 0;
    const hsize_t unlimited = H5S_UNLIMITED;
    const Hdf5Id space(H5Screate_simple(1, &none, &unlimited), H5Sclose);
    const Hdf5Id creation = no_times(H5P_DATASET_CREATE);
    H5Pset_chunk(creation.get(), 1, &chunk);
    H5Pset_shuffle(creation.get());
    H5Pset_deflate(creation.get(), 1);
    Hdf5Id dataset(
        H5Dcreate2(parent, name.c_str(), stored, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
        H5Dclose);
    check(dataset.valid());
    return dataset;
}

void Hdf5Writer::append(hid_t dataset, hid_t in_memory, const void* values, hsize_t before, hsize_t count) {
    if (failed_ || count == 0) return;
    const hsize_t after = before + count;
    if (!check(H5Dset_extent(dataset, &after) >= 0)) return;
    const Hdf5Id in_file(H5Dget_space(dataset), H5Sclose);
    const Hdf5Id memory(H5Screate_simple(1, &count, nullptr), H5Sclose);
    if (!check(H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, &before, nullptr, &count, nullptr) >= 0))
        return;
    check(H5Dwrite(dataset, in_memory, memory.get(), in_file.get(), H5P_DEFAULT, values) >= 0);
}

proto::Status Hdf5Writer::commit() {
    using proto::ErrorKind;
    if (!failed_) check(H5Fflush(file_.get(), H5F_SCOPE_LOCAL) >= 0);
    if (failed_) {
        const bool full = errno_ == ENOSPC || errno_ == EDQUOT;
        return proto::error(full ? ErrorKind::DISK_FULL : ErrorKind::IO,
                            fmt::format("cannot write {}: {}", path_,
                                        errno_ != 0 ? std::strerror(errno_) : "the HDF5 library refused"),
                            errno_);
    }
    file_ = {};
    std::error_code failure;
    std::filesystem::rename(temporary_, path_, failure);
    if (failure) {
        std::remove(temporary_.c_str());
        return proto::error(ErrorKind::IO, fmt::format("cannot write {}: {}", path_, failure.message()),
                            failure.value());
    }
    return {};
}

}  // namespace spillgate::offline
