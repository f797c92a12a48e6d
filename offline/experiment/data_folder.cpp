#include "offline/experiment/data_folder.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/cevns/text_table.hpp"

namespace spillgate::offline {

namespace {

namespace fs = std::filesystem;
using proto::error;
using proto::ErrorKind;
using proto::Result;

}  // namespace

DataFolder::DataFolder(std::string directory, const config::ReleasedData& released,
                       std::string experiment_path)
    : directory_(std::move(directory)),
      experiment_path_(std::move(experiment_path)),
      folders_(released.folder().begin(), released.folder().end()),
      record_(released.record()) {}

Result<std::string> DataFolder::find(const std::string& file) const {
    std::vector<fs::path> places;
    if (!directory_.empty()) places.emplace_back(directory_);
    for (const auto& folder : folders_) {
        if (directory_.empty()) break;
        places.push_back(fs::path(directory_) / folder);
        places.push_back(fs::path(directory_) / ".." / folder);
    }
    if (!experiment_path_.empty()) places.push_back(fs::path(experiment_path_).parent_path());
    for (const auto& place : places) {
        std::error_code ignored;
        if (fs::is_regular_file(place / file, ignored)) return (place / file).lexically_normal().string();
    }
    if (directory_.empty())
        return error(ErrorKind::CONFIG,
                     fmt::format("the file {} is needed: name its folder with --data (official record: {})",
                                 file, record_));
    return error(ErrorKind::NOT_FOUND,
                 fmt::format("{} is not in {}{}; official record: {}", file, directory_,
                             folders_.empty()
                                 ? std::string()
                                 : fmt::format(" nor in {} there or beside it", fmt::join(folders_, ", ")),
                             record_));
}

Result<Table> DataFolder::read(const config::NumberTable& wanted, std::size_t columns) const {
    const auto path = find(wanted.file());
    if (!path) return path.error();
    std::vector<std::size_t> chosen;
    for (const auto column : wanted.column())
        chosen.push_back(column - 1);
    for (std::size_t i = chosen.size(); i < columns; ++i)
        chosen.push_back(i);
    const auto all = cevns::read_text_table(*path, *std::ranges::max_element(chosen) + 1);
    if (!all) return all.error();
    Table table;
    table.columns = columns;
    table.path = *path;
    for (std::size_t row = 0; row < all->rows(); ++row)
        for (std::size_t i = 0; i < columns; ++i)
            table.values.push_back(all->columns[chosen[i]][row] * (i + 1 == columns ? wanted.scale() : 1));
    return table;
}

}  // namespace spillgate::offline
