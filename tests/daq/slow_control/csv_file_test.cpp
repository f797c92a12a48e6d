#include "daq/slow_control/csv_file.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/daq/scratch_directory.hpp"

using namespace spillgate;
using Fields = std::vector<std::string>;

namespace {

// A file that a test writes as another program would.
struct Log {
    test::ScratchDirectory directory;
    std::string path = directory.path() + "/log.csv";

    void append(const std::string& text) const {
        std::ofstream(path, std::ios::app | std::ios::binary) << text;
    }
    void replace(const std::string& text) const {
        std::ofstream(path + ".new", std::ios::binary) << text;
        std::filesystem::rename(path + ".new", path);
    }
    void cut() const { std::ofstream(path, std::ios::trunc | std::ios::binary); }
};

Fields newest(daq::CsvFile& file) {
    const auto row = file.newest();
    return row ? row->fields : Fields{row.error().message};
}

bool says(const Fields& fields, const std::string& part) {
    return fields.size() == 1 && fields[0].find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("of a CSV file the newest line counts, once it has its end") {
    const Log log;
    daq::CsvFile file(log.path);
    CHECK(says(newest(file), "No such file"));
    log.append("time, hv");
    CHECK(says(newest(file), "no whole line yet"));
    log.append(" ,\"level, mm\"\n");
    CHECK(says(newest(file), "no whole line below the names"));
    log.append("1,1500.5,\"7\"\r\n2,16");
    CHECK(newest(file) == Fields{"1", "1500.5", "7"});
    CHECK(file.newest()->columns == Fields{"time", "hv", "level, mm"});
    log.append("00,8\n\n  \n");
    CHECK(newest(file) == Fields{"2", "1600", "8"});
}

TEST_CASE("a CSV file that is replaced, or cut and continued without its first line, goes on") {
    const Log log;
    daq::CsvFile file(log.path);
    log.append("time,hv\n1,10\n");
    CHECK(newest(file) == Fields{"1", "10"});
    log.replace("hv,time\n20,2\n");
    CHECK(newest(file) == Fields{"20", "2"});
    CHECK(file.newest()->columns == Fields{"hv", "time"});
    log.cut();
    CHECK(says(newest(file), "no whole line yet"));
    log.append("30,3\n");
    CHECK(newest(file) == Fields{"30", "3"});
    CHECK(file.newest()->columns == Fields{"hv", "time"});
    log.append("40,4\n");
    CHECK(newest(file) == Fields{"40", "4"});
}

TEST_CASE("columns that are called by numbers are no data") {
    const Log log;
    daq::CsvFile file(log.path);
    log.append("1,2\n");
    CHECK(says(newest(file), "no whole line below"));
    CHECK(says(newest(file), "no whole line below"));
    log.append("5,6\n");
    CHECK(newest(file) == Fields{"5", "6"});
}

TEST_CASE("of a long CSV file only its ends are read, a line without end is refused") {
    const Log log;
    daq::CsvFile file(log.path);
    log.append("time,hv\n");
    std::string lines;
    for (int i = 0; i < 50'000; ++i)
        lines += std::to_string(i) + ",1\n";
    log.append(lines);
    CHECK(newest(file) == Fields{"49999", "1"});
    log.append(std::string(200'000, 'x'));
    CHECK(says(newest(file), "more than 64 KiB"));
    log.replace(std::string(200'000, 'x'));
    CHECK(says(newest(file), "more than 64 KiB"));
    daq::CsvFile folder(log.directory.path());
    CHECK(says(newest(folder), "not a plain file"));
}

TEST_CASE("a number is a finite decimal number and nothing else") {
    CHECK(daq::number_of(" -1.5e3\r") == -1500.0);
    CHECK(daq::number_of("+0") == 0.0);
    for (const auto* text :
         {"", " ", "nan", "inf", "-inf", "1e999", "1 2", "0x10", "1,5", "12V", "++1", "+-1"}) {
        CAPTURE(text);
        CHECK_FALSE(daq::number_of(text).has_value());
    }
}
