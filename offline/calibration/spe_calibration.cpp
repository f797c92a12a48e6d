#include "offline/calibration/spe_calibration.hpp"

#include <chrono>
#include <fstream>
#include <sstream>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include "offline/reconstruction/pmt/partners.hpp"
#include "proto/run_file/file_layer.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

constexpr std::uint32_t calibration_major = 1;

std::string print(const google::protobuf::Message& message) {
    google::protobuf::TextFormat::Printer printer;
    printer.SetUseUtf8StringEscaping(true);
    std::string text;
    printer.PrintToString(message, &text);
    return text;
}

proto::Result<std::string> only_pmt_chain(const config::Config& config) {
    std::string found;
    for (const auto& chain : config.chain()) {
        if (!chain.has_pmt()) continue;
        if (!found.empty())
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format("the config has the PMT chains '{}' and '{}'; name one", found, chain.name()));
        found = chain.name();
    }
    if (found.empty()) return proto::error(proto::ErrorKind::CONFIG, "the config has no PMT chain");
    return found;
}

proto::Status add_run(const proto::RunReader& run, SpeSpectra& spectra) {
    proto::SpillRecord record;
    const auto damage = run.for_each([&](const proto::BlockView& block) {
        if (block.topic == proto::Topic::SPILL && proto::decode_spill(block.header, block.samples, record))
            spectra.add(record);
        return true;
    });
    if (!damage) return damage.error();
    return {};
}

// Keeps the parser from printing, and what it says first.
struct FirstProblem : google::protobuf::io::ErrorCollector {
    int line = 0;
    std::string text;
    void AddError(int at_line, int, const std::string& message) override {
        if (!text.empty()) return;
        line = at_line + 1;
        text = message;
    }
};

std::string utc_text(std::int64_t utc_ns) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(utc_ns / 1'000'000'000)));
}

}  // namespace

proto::Result<wire::SpeCalibration> calibrate_spe(const std::vector<std::string>& run_directories,
                                                  const SpeCalibrationOptions& options) {
    if (run_directories.empty()) return proto::error(proto::ErrorKind::CONFIG, "no run to calibrate from");
    std::vector<proto::RunReader> runs;
    for (const auto& directory : run_directories) {
        auto run = proto::RunReader::open(directory);
        if (!run) return run.error();
        if (!runs.empty() && run->description().config_sha256() != runs.front().description().config_sha256())
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format("{} was taken with another config than {}", directory, run_directories[0]));
        runs.push_back(std::move(*run));
    }
    const auto config = proto::parse_config(runs.front().description().effective_config(),
                                            run_directories.front() + "/run.txtpb");
    if (!config) return config.error();
    auto chain =
        options.chain.empty() ? only_pmt_chain(config->config) : proto::Result<std::string>(options.chain);
    if (!chain) return chain.error();
    auto spectra = SpeSpectra::make(config->config, *chain, options.spectrum);
    if (!spectra) return spectra.error();
    if (!(options.fit.min_adc < options.fit.max_adc) || !(options.fit.start_adc > 0))
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("a fit from {} to {} ADC·samples, starting at {}",
                                        options.fit.min_adc, options.fit.max_adc, options.fit.start_adc));

    wire::SpeCalibration calibration;
    calibration.set_format_major(calibration_major);
    calibration.set_chain(*chain);
    calibration.set_shape(options.fit.shape == SpeShape::GAUSSIAN ? "gaussian" : "polya");
    calibration.set_software_version(SPILLGATE_VERSION);
    calibration.set_slice_length_s(options.spectrum.slice_s);
    calibration.set_fit_min_adc(options.fit.min_adc);
    calibration.set_fit_max_adc(options.fit.max_adc);
    for (const auto& run : runs) {
        calibration.add_runs(run.description().number());
        if (auto status = add_run(run, *spectra); !status) return status.error();
    }
    for (const auto& [key, spectrum] : spectra->spectra()) {
        auto& slice = *calibration.add_slices();
        slice = fit_spe(spectrum, options.fit);
        slice.set_channel(key.first);
        slice.set_valid_from_utc_ns(key.second);
        slice.set_valid_to_utc_ns(key.second + spectra->slice_ns());
    }
    return calibration;
}

std::string calibration_text(wire::SpeCalibration calibration) {
    calibration.clear_sha256();
    const auto text = print(calibration);
    return text + fmt::format("sha256: \"{}\"\n", proto::sha256_hex(text));
}

proto::Result<wire::SpeCalibration> parse_calibration(const std::string& text, const std::string& name) {
    wire::SpeCalibration calibration;
    FirstProblem problem;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&problem);
    if (!parser.ParseFromString(text, &calibration))
        return proto::error(proto::ErrorKind::CORRUPT, fmt::format("{}:{}: is not an SPE calibration: {}",
                                                                   name, problem.line, problem.text));
    if (calibration.format_major() != calibration_major)
        return proto::error(proto::ErrorKind::UNSUPPORTED,
                            fmt::format("{}: calibration format {}; known: {}", name,
                                        calibration.format_major(), calibration_major));
    if (text != calibration_text(calibration))
        return proto::error(
            proto::ErrorKind::CORRUPT,
            fmt::format("{}: its content does not have the hash that it names: it was changed", name));
    return calibration;
}

proto::Result<wire::SpeCalibration> load_calibration(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return proto::error(proto::ErrorKind::NOT_FOUND, fmt::format("{}: cannot be opened", path));
    std::ostringstream text;
    text << file.rdbuf();
    if (file.bad()) return proto::error(proto::ErrorKind::IO, fmt::format("{}: cannot be read", path));
    return parse_calibration(text.str(), path);
}

proto::Status save_calibration(const wire::SpeCalibration& calibration, const std::string& path) {
    return proto::posix_file_layer().replace(path, calibration_text(calibration));
}

proto::Result<proto::LoadedConfig> with_calibration(const proto::LoadedConfig& config,
                                                    const wire::SpeCalibration& calibration) {
    auto changed = config.config;
    for (auto& chain : *changed.mutable_chain()) {
        if (chain.name() != calibration.chain() || !chain.has_pmt()) continue;
        chain.mutable_pmt()->clear_spe_slice();
        for (const auto& fit : calibration.slices()) {
            if (!fit.fitted()) continue;
            bool known = false;
            for (const auto& channel : changed.channel())
                known = known ||
                        (channel.name() == fit.channel() && pmt::is_pmt_of(channel, chain.name(), changed));
            if (!known)
                return proto::error(
                    proto::ErrorKind::CONFIG,
                    fmt::format("{}: no channel '{}' with chain '{}', which the calibration is of",
                                config.path, fit.channel(), chain.name()));
            auto& slice = *chain.mutable_pmt()->add_spe_slice();
            slice.set_channel(fit.channel());
            slice.set_valid_from_utc_ns(fit.valid_from_utc_ns());
            slice.set_valid_to_utc_ns(fit.valid_to_utc_ns());
            slice.set_spe_charge_adc(fit.spe_charge_adc().value());
        }
        return proto::parse_config(print(changed), config.path);
    }
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("{}: no PMT chain '{}', which the calibration is of", config.path, calibration.chain()));
}

std::string calibration_table(const wire::SpeCalibration& calibration) {
    std::string table =
        fmt::format("{:<16} {:<19} {:<19} {:>9} {:>16} {:>14} {:>12}\n", "channel", "from (UTC)", "to (UTC)",
                    "pulses", "SPE ADC*samples", "width", "chi2/ndof");
    for (const auto& fit : calibration.slices()) {
        table += fmt::format("{:<16} {:<19} {:<19} {:>9} ", fit.channel(), utc_text(fit.valid_from_utc_ns()),
                             utc_text(fit.valid_to_utc_ns()), fit.entries());
        if (fit.fitted())
            table += fmt::format("{:>8.2f} ± {:>5.2f} {:>7.2f} ± {:>4.2f} {:>7.1f}/{}",
                                 fit.spe_charge_adc().value(), fit.spe_charge_adc().error(),
                                 fit.width().value(), fit.width().error(), fit.chi2(), fit.ndof());
        table += (fit.problem().empty() ? "" : "  " + fit.problem()) + "\n";
    }
    return table;
}

}  // namespace spillgate::offline
