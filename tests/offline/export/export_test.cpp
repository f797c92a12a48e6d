// What the exported files hold, read back by other means than they were written with: the HDF5 C API,
// Boost.JSON and a plain split of lines.
#include "offline/export/export.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <hdf5.h>

#include "offline/export/candidate_table.hpp"
#include "offline/exposure/residual.hpp"
#include "tests/offline/spectra/random_slots.hpp"
#include "tests/offline/spectra/window_chain.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::testing;
namespace json = boost::json;

namespace {

const char* const export_config = R"(
    selection { name: "all" alpha_relative_uncertainty: 0.05 }
    spectrum { name: "x" title: "Size, \"raw\"" selection: "all" axis { variable: "x" bins: 6 min: 0 max: 3 label: "size" unit: "PE" } }
    spectrum { name: "xy" selection: "all" axis { variable: "x" bins: 40 min: 0 max: 8 } axis { variable: "y" bins: 50 min: -1 max: 7 } }
)";

struct Filled {
    std::shared_ptr<const Engine> engine = window_engine(window_config(export_config));
    std::vector<Slot> slots = random_slots(2026, 800);
    std::unique_ptr<Spectra> spectra = engine->make_spectra();
    Provenance provenance{{7}, "physics", true, "1.2.3", std::string(64, 'c'), {{"spe", "abc"}}};
    Filled() {
        for (const auto& slot : slots) {
            if (slot.verdict.has_record)
                spectra->fill(slot.candidates, slot.verdict);
            else
                spectra->fill(slot.verdict);
        }
    }
    Alpha ratio(std::size_t i) const {
        const auto view = spectra->histogram(i);
        return *alpha(*view.exposure, view.alpha_relative_uncertainty);
    }
};

// A reader of its own for tests.
class Hdf5Reader {
  public:
    explicit Hdf5Reader(const std::string& path) : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
        REQUIRE(file_ >= 0);
    }
    ~Hdf5Reader() { H5Fclose(file_); }

    bool exists(const std::string& path) const {
        for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1))
            if (H5Lexists(file_, path.substr(0, at).c_str(), H5P_DEFAULT) <= 0) return false;
        return H5Lexists(file_, path.c_str(), H5P_DEFAULT) > 0;
    }
    std::string text(const std::string& object, const std::string& name) const {
        const hid_t attribute =
            H5Aopen_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        REQUIRE(attribute >= 0);
        const hid_t type = H5Aget_type(attribute);
        REQUIRE(H5Tis_variable_str(type) > 0);
        char* value = nullptr;
        REQUIRE(H5Aread(attribute, type, static_cast<void*>(&value)) >= 0);
        std::string out = value;
        H5free_memory(value);
        H5Tclose(type);
        H5Aclose(attribute);
        return out;
    }
    double number(const std::string& object, const std::string& name) const {
        const hid_t attribute =
            H5Aopen_by_name(file_, object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        REQUIRE(attribute >= 0);
        double value = 0;
        const hid_t type = H5Aget_type(attribute);
        if (H5Tget_class(type) == H5T_ENUM) {
            std::int8_t truth = 0;
            REQUIRE(H5Aread(attribute, type, &truth) >= 0);
            char name_of_value[16] = {};
            REQUIRE(H5Tenum_nameof(type, &truth, name_of_value, sizeof name_of_value) >= 0);
            value = std::string(name_of_value) == "TRUE" ? 1 : 0;
        } else {
            REQUIRE(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) >= 0);
        }
        H5Tclose(type);
        H5Aclose(attribute);
        return value;
    }
    std::vector<double> values(const std::string& path, std::vector<hsize_t>& shape) const {
        const hid_t dataset = H5Dopen2(file_, path.c_str(), H5P_DEFAULT);
        INFO(path);
        REQUIRE(dataset >= 0);
        const hid_t space = H5Dget_space(dataset);
        shape.resize(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
        H5Sget_simple_extent_dims(space, shape.data(), nullptr);
        std::vector<double> out(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
        REQUIRE(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) >= 0);
        // No object knows when it was made.
        H5O_info_t info;
        REQUIRE(H5Oget_info2(dataset, &info, H5O_INFO_TIME) >= 0);
        CHECK(info.mtime == 0);
        CHECK(info.ctime == 0);
        H5Sclose(space);
        H5Dclose(dataset);
        return out;
    }
    // Paths that a dataset of references points to.
    std::vector<std::string> referred(const std::string& path) const {
        const hid_t dataset = H5Dopen2(file_, path.c_str(), H5P_DEFAULT);
        REQUIRE(dataset >= 0);
        const hid_t space = H5Dget_space(dataset);
        std::vector<hobj_ref_t> references(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
        REQUIRE(H5Dread(dataset, H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT, references.data()) >= 0);
        std::vector<std::string> out;
        for (auto& reference : references) {
            char name[256] = {};
            REQUIRE(H5Rget_name(dataset, H5R_OBJECT, &reference, name, sizeof name) > 0);
            out.emplace_back(name);
        }
        H5Sclose(space);
        H5Dclose(dataset);
        return out;
    }

  private:
    hid_t file_;
};

void require_values(const std::vector<double>& read, std::span<const std::uint64_t> expected) {
    REQUIRE(read.size() == expected.size());
    for (std::size_t i = 0; i < read.size(); ++i)
        REQUIRE(read[i] == static_cast<double>(expected[i]));
}

std::vector<double> flat(const json::value& value) {
    if (!value.is_array()) return {value.to_number<double>()};
    std::vector<double> out;
    for (const auto& item : value.as_array()) {
        const auto inner = flat(item);
        out.insert(out.end(), inner.begin(), inner.end());
    }
    return out;
}

}  // namespace

TEST_CASE("HDF5 holds counts, residual, axes and provenance as UHI's schema has them") {
    const Filled filled;
    const TestDirectory dir;
    const auto path = dir.path("spectra.h5");
    REQUIRE(export_spectra(*filled.engine, *filled.spectra, filled.provenance, path, Format::HDF5));
    const Hdf5Reader file(path);
    CHECK(file.text("/", "engine_sha256") == filled.engine->hash());
    CHECK(file.text("/", "runs") == "7");
    CHECK(file.text("/", "calibrations") == "spe:abc");
    std::vector<hsize_t> shape;
    for (std::size_t i = 0; i < filled.spectra->size(); ++i) {
        const auto view = filled.spectra->histogram(i);
        std::vector<hsize_t> expected_shape;
        for (const auto& axis : view.axes)
            expected_shape.push_back(axis.bins + 2);
        const std::string base = fmt::format("/{}", view.name);
        const std::map<std::string, std::span<const std::uint64_t>> kinds{
            {"in_time", view.in_time},
            {"anti_coincident", view.anti_coincident},
            {"free", view.free},
            {"no_beam", view.no_beam}};
        for (const auto& [kind, counts] : kinds) {
            const auto group = fmt::format("{}/{}", base, kind);
            CHECK(file.number(group, "uhi_schema") == 1);
            CHECK(file.text(group + "/storage", "type") == "int");
            require_values(file.values(group + "/storage/values", shape), counts);
            CHECK(shape == expected_shape);
            CHECK(file.text(group + "/metadata", "window_kind") == kind);
            CHECK(file.text(group + "/metadata", "config_sha256") == std::string(64, 'c'));
            CHECK(file.number(group + "/metadata", "simulated") == 1);
            CHECK(file.text(group + "/writer_info/spillgate", "version") == "1.2.3");
            const auto axes = file.referred(group + "/axes");
            REQUIRE(axes.size() == view.axes.size());
            for (std::size_t a = 0; a < axes.size(); ++a) {
                CHECK(axes[a] == fmt::format("{}/ref_axes/axis_{}", group, a));
                CHECK(file.text(axes[a], "type") == "regular");
                CHECK(file.number(axes[a], "lower") == view.axes[a].min);
                CHECK(file.number(axes[a], "upper") == view.axes[a].max);
                CHECK(file.number(axes[a], "bins") == view.axes[a].bins);
                CHECK(file.number(axes[a], "underflow") == 1);
                CHECK(file.number(axes[a], "circular") == 0);
                CHECK(file.text(axes[a] + "/metadata", "name") == view.axes[a].variable);
            }
        }
        CHECK(file.number(base + "/in_time/metadata", "live_ps") ==
              static_cast<double>(view.exposure->in_time.live_ps));
        CHECK(file.number(base + "/in_time/metadata", "live_charge_measured_pc") ==
              static_cast<double>(view.exposure->live_charge_measured_pc));
        const auto ratio = filled.ratio(i);
        CHECK(file.text(base + "/residual/storage", "type") == "weighted");
        CHECK(file.number(base + "/residual/metadata", "alpha") == ratio.value);
        const auto values = file.values(base + "/residual/storage/values", shape);
        const auto variances = file.values(base + "/residual/storage/variances", shape);
        CHECK(shape == expected_shape);
        for (std::size_t bin = 0; bin < values.size(); ++bin) {
            const auto r = residual(view.in_time[bin], view.anti_coincident[bin], ratio);
            REQUIRE(values[bin] == r.value);
            REQUIRE(variances[bin] == r.variance);
        }
    }
}

TEST_CASE("JSON holds the same histograms as UHI's schema has them") {
    const Filled filled;
    const TestDirectory dir;
    const auto path = dir.path("spectra.json");
    REQUIRE(export_spectra(*filled.engine, *filled.spectra, filled.provenance, path, Format::JSON));
    const auto file = json::parse(content_of(path)).as_object();
    CHECK(file.size() == 10);
    for (std::size_t i = 0; i < filled.spectra->size(); ++i) {
        const auto view = filled.spectra->histogram(i);
        const auto& c = file.at(std::string(view.name) + "/in_time").as_object();
        for (const auto& item : c)
            CHECK(std::set<std::string>{"uhi_schema", "metadata", "writer_info", "axes", "storage"}.contains(
                std::string(item.key())));
        CHECK(c.at("uhi_schema") == 1);
        for (const auto& item : c.at("metadata").as_object())
            CHECK((item.value().is_primitive() && !item.value().is_null()));
        const auto& storage = c.at("storage").as_object();
        CHECK(storage.at("type") == "int");
        require_values(flat(storage.at("values")), view.in_time);
        CHECK(storage.at("values").as_array().size() == view.axes[0].bins + 2);
        const auto& axes = c.at("axes").as_array();
        REQUIRE(axes.size() == view.axes.size());
        for (std::size_t a = 0; a < axes.size(); ++a) {
            const auto& axis = axes[a].as_object();
            CHECK(axis.at("type") == "regular");
            CHECK(axis.at("lower").to_number<double>() == view.axes[a].min);
            CHECK(axis.at("upper").to_number<double>() == view.axes[a].max);
            CHECK(axis.at("bins").to_number<std::uint32_t>() == view.axes[a].bins);
            for (const auto* flag : {"underflow", "overflow"})
                CHECK(axis.at(flag).as_bool());
            CHECK_FALSE(axis.at("circular").as_bool());
        }
        const auto& residuals = file.at(std::string(view.name) + "/residual").at("storage").as_object();
        CHECK(residuals.at("type") == "weighted");
        const auto values = flat(residuals.at("values"));
        const auto variances = flat(residuals.at("variances"));
        // Boost.JSON 1.81 writes doubles exactly but reads them to the last bit or the one before.
        for (std::size_t bin = 0; bin < values.size(); ++bin) {
            const auto r = residual(view.in_time[bin], view.anti_coincident[bin], filled.ratio(i));
            REQUIRE_THAT(values[bin], Catch::WithinULP(r.value, 2));
            REQUIRE_THAT(variances[bin], Catch::WithinULP(r.variance, 2));
        }
    }
    CHECK(file.at("x/in_time").at("metadata").at("title") == "Size, \"raw\"");
}

TEST_CASE("CSV holds a line per bin with its edges, counts and residual") {
    const Filled filled;
    const TestDirectory dir;
    const auto path = dir.path("spectra.csv");
    REQUIRE(export_spectra(*filled.engine, *filled.spectra, filled.provenance, path, Format::CSV));
    std::istringstream in(content_of(path));
    std::string line;
    std::vector<std::vector<std::string>> rows;
    bool has_hash = false;
    while (std::getline(in, line)) {
        has_hash = has_hash || line == "# engine_sha256: " + filled.engine->hash();
        if (line.empty() || line[0] == '#') continue;
        std::vector<std::string> fields(1);
        for (const char c : line)
            if (c == ',')
                fields.emplace_back();
            else
                fields.back() += c;
        rows.push_back(fields);
    }
    CHECK(has_hash);
    const auto x = filled.spectra->histogram(0);
    const auto xy = filled.spectra->histogram(1);
    REQUIRE(rows.size() == 1 + x.in_time.size() + xy.in_time.size());
    CHECK(rows[0][0] == "spectrum");
    for (const auto& row : rows)
        REQUIRE(row.size() == 13);
    CHECK(rows[1][1] == "-1");
    CHECK(rows[1][2] == "-inf");
    CHECK(rows[1][3] == "0");
    CHECK(rows[8][2] == "3");
    CHECK(rows[8][3] == "inf");
    for (std::size_t bin = 0; bin < xy.in_time.size(); ++bin) {
        const auto& row = rows[1 + x.in_time.size() + bin];
        REQUIRE(row[0] == "xy");
        REQUIRE(std::stoi(row[1]) + 1 == static_cast<int>(bin / 52));
        REQUIRE(std::stoi(row[4]) + 1 == static_cast<int>(bin % 52));
        REQUIRE(std::stoull(row[7]) == xy.in_time[bin]);
        REQUIRE(std::stoull(row[8]) == xy.anti_coincident[bin]);
        REQUIRE(std::stoull(row[9]) == xy.free[bin]);
        REQUIRE(std::stoull(row[10]) == xy.no_beam[bin]);
        const auto r = residual(xy.in_time[bin], xy.anti_coincident[bin], filled.ratio(1));
        REQUIRE(std::strtod(row[11].c_str(), nullptr) == r.value);
        REQUIRE(std::strtod(row[12].c_str(), nullptr) == r.variance);
    }
}

TEST_CASE("equal content is equal bytes, in every format") {
    const Filled first;
    const Filled second;
    const TestDirectory dir;
    for (const auto format : {Format::HDF5, Format::JSON, Format::CSV}) {
        REQUIRE(export_spectra(*first.engine, *first.spectra, first.provenance, dir.path("a"), format));
        // Dirty memory between the two: no byte may come from it.
        std::vector<std::string> dirt;
        for (int i = 0; i < 200; ++i)
            dirt.emplace_back(static_cast<std::size_t>(64 + i * 37), static_cast<char>(i));
        dirt.clear();
        REQUIRE(export_spectra(*second.engine, *second.spectra, second.provenance, dir.path("b"), format));
        CHECK(content_of(dir.path("a")) == content_of(dir.path("b")));
    }
}

TEST_CASE("what has no windows is absent, not zero") {
    const Filled filled;
    const auto empty = filled.engine->make_spectra();
    const TestDirectory dir;
    REQUIRE(export_spectra(*filled.engine, *empty, filled.provenance, dir.path("a.json"), Format::JSON));
    const auto file = json::parse(content_of(dir.path("a.json"))).as_object();
    CHECK(file.contains("x/in_time"));
    CHECK(file.contains("x/anti_coincident"));
    CHECK_FALSE(file.contains("x/free"));
    CHECK_FALSE(file.contains("x/no_beam"));
    CHECK_FALSE(file.contains("x/residual"));
    auto config = window_config(export_config);
    config.mutable_gate()->set_mode(config::Gate::FREE_RUNNING);
    const auto free_running = window_engine(config);
    REQUIRE(
        export_spectra(*free_running, *free_running->make_spectra(), {}, dir.path("b.json"), Format::JSON));
    const auto other = json::parse(content_of(dir.path("b.json"))).as_object();
    CHECK(other.contains("x/free"));
    CHECK_FALSE(other.contains("x/in_time"));
    const auto no_spectra = window_engine(window_config(""));
    REQUIRE(export_spectra(*no_spectra, *no_spectra->make_spectra(), {}, dir.path("c.json"), Format::JSON));
    CHECK(json::parse(content_of(dir.path("c.json"))).as_object().empty());
}

TEST_CASE("an output that cannot be written is an error and leaves nothing behind") {
    const Filled filled;
    const TestDirectory dir;
    for (const auto format : {Format::HDF5, Format::JSON, Format::CSV}) {
        const auto status = export_spectra(*filled.engine, *filled.spectra, filled.provenance,
                                           dir.path("no/such/file"), format);
        REQUIRE_FALSE(status);
        CHECK(status.error().kind == proto::ErrorKind::IO);
        CHECK_THAT(status.error().message, Catch::Contains("no/such/file"));
        const auto full =
            export_spectra(*filled.engine, *filled.spectra, filled.provenance, dir.path(), format);
        CHECK_FALSE(full);
    }
    CHECK(std::filesystem::is_empty(dir.path()));
    CHECK_FALSE(std::filesystem::exists(dir.path() + ".part"));
}

TEST_CASE("the candidate table holds every window of every joined slot") {
    const Filled filled;
    const TestDirectory dir;
    const auto path = dir.path("candidates.h5");
    CandidateTable table(filled.engine, path);
    std::vector<const Slot*> joined;
    std::vector<const Candidate*> candidates;
    // More than two chunks of rows.
    for (int round = 0; round < 5; ++round)
        for (const auto& slot : filled.slots) {
            if (!slot.verdict.has_record) continue;
            table.add(slot.verdict.daemon, slot.candidates, slot.verdict);
            for (const auto& candidate : slot.candidates.candidates) {
                joined.push_back(&slot);
                candidates.push_back(&candidate);
            }
        }
    REQUIRE(table.rows() == candidates.size());
    REQUIRE(candidates.size() > 8192);
    REQUIRE(table.finish(filled.provenance, *filled.spectra));
    const Hdf5Reader file(path);
    CHECK(file.text("/", "channels") == "a,b,v");
    CHECK(file.text("/", "daemons") == "daq");
    CHECK(file.text("/w/quality", "bits") == "bad,muon");
    CHECK(file.text("/w/x", "unit") == "PE");
    std::vector<hsize_t> shape;
    std::map<std::string, std::vector<double>> columns;
    for (const std::string name :
         {"run", "slot", "daemon", "channel", "window", "window_kind", "window_truncated", "live_ticks",
          "found", "quality", "slot_quality", "disposition", "charge_state", "charge_pc", "t0_ticks", "x",
          "y", "peaks", "level"}) {
        columns[name] = file.values(fmt::format("/w/{}", name), shape);
        REQUIRE(columns[name].size() == candidates.size());
    }
    const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    for (std::size_t row = 0; row < candidates.size(); ++row) {
        const auto& c = *candidates[row];
        const auto& v = joined[row]->verdict;
        REQUIRE(columns["slot"][row] == static_cast<double>(v.slot));
        REQUIRE(columns["channel"][row] == c.channel);
        REQUIRE(columns["window"][row] == c.window);
        REQUIRE(columns["found"][row] == (c.found ? 1 : 0));
        REQUIRE(columns["quality"][row] == c.quality);
        REQUIRE(columns["slot_quality"][row] == v.quality);
        REQUIRE(columns["charge_pc"][row] == static_cast<double>(v.charge_pc));
        REQUIRE(columns["window_kind"][row] == static_cast<int>(v.windows[c.window].kind));
        for (std::size_t i = 0; i < window_variables.size(); ++i)
            REQUIRE(same(columns[std::string(window_variables[i].name)][row], c.value[i]));
    }
}
