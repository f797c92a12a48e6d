// Where an experiment's released files lie, and the tables in them.
#pragma once

#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/experiment.pb.h"

namespace spillgate::offline {

// Rows of numbers, all equally long.
struct Table {
    std::size_t columns = 0;
    std::vector<double> values;  // row by row
    std::string path;

    std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
    double at(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
};

class DataFolder {
  public:
    // `directory`: given by --data, empty if none was. The files may lie in it, in a folder below it that the
    // experiment names, or beside it in such a folder; else beside the experiment's own file,
    // `experiment_path`.
    DataFolder(std::string directory, const config::ReleasedData& released, std::string experiment_path = {});

    // Errors: NOT_FOUND (which file, where it was looked for, where the official record is).
    proto::Result<std::string> find(const std::string& file) const;
    // The columns that the table names, or the first `columns` ones; the last is scaled. Errors: as find();
    // IO; CORRUPT (too few columns, an empty cell among those, as parse_table()).
    proto::Result<Table> read(const config::NumberTable& table, std::size_t columns) const;

  private:
    std::string directory_, experiment_path_;
    std::vector<std::string> folders_;
    std::string record_;
};

}  // namespace spillgate::offline
