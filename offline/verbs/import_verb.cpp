// import: foreign recordings into an ordinary run.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/import/import.hpp"
#include "offline/verbs/json_text.hpp"
#include "offline/verbs/verbs.hpp"
#include "proto/config_loader.hpp"
#include "proto/names.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;

// Empty if it is one: what CLI11 asks of a check.
std::string no_run_type(const std::string& name) {
    if (wire::run_type_from_name(name)) return {};
    return fmt::format("'{}' is no run type; allowed: {}", name, wire::run_type_names());
}

class ImportVerb : public Verb {
  public:
    std::string_view name() const override { return "import"; }
    std::string_view summary() const override { return "Make an ordinary run of a foreign recording"; }
    std::string_view example() const override {
        return "spillgate-offline import pulser.bin --type pulser\n"
               "  spillgate-offline import wave0.dat wave1.dat --sample-ns 4 --tag-ns 8\n"
               "  spillgate-offline import DataR_run1.BIN --sample-ns 2 --bits 14\n"
               "  spillgate-offline import 134500.zip 134600.zip --runs-dir runs-2017 --dataset 1 --type "
               "physics";
    }

    void add_options(CLI::App& command) override {
        command.add_option("FILE", paths_, "recordings that become one run")->required();
        command.add_option("--runs-dir,--runs", runs_dir_, "directory of runs")->capture_default_str();
        command.add_option("--format", format_, "what the files are; unset: by their content")
            ->check(CLI::IsMember({"llama", "wavedump", "csi-minute", "fcio", "compass", "ngm"}));
        command.add_option("--type", type_, fmt::format("type of the run: {}", wire::run_type_names()))
            ->check(CLI::Validator(no_run_type, ""))
            ->capture_default_str();
        command.add_option("--note", options_.note, "note of the run");
        command.add_option("--config", config_, "channels, chains and spectra of the run");
        command.add_flag("--compress", compress_, "compress the samples");
        command.add_option("--slice-ms", options_.slice_ms, "length of a slot in recordings without marks")
            ->capture_default_str();
        command.add_option("--dataset", options_.data_set, "csi-minute: whose windows hold")
            ->check(CLI::Range(1, 3));
        add_device_options(command);
    }

    proto::Result<Report> run() override {
        options_.type = *wire::run_type_from_name(type_);
        if (compress_) options_.storage.set_compression(config::Storage::ZSTD);
        take_device_options();
        if (!config_.empty()) {
            auto loaded = proto::load_config(config_);
            if (!loaded) return loaded.error();
            options_.config = std::move(loaded->config);
        }
        const auto imported = import_files(format_.empty() ? std::nullopt : import_format_from_name(format_),
                                           paths_, runs_dir_, options_);
        if (!imported) return imported.error();
        return report_of(*imported);
    }

  private:
    // What some formats do not say of the digitizer.
    void add_device_options(CLI::App& command) {
        command.add_option("--sample-ns", sample_ns_,
                           "sample period; unset: wavedump 4, compass 2, fcio 16 (4 for 12-bit samples)");
        command
            .add_option("--bits", bits_,
                        "significant bits of a sample; unset: wavedump 16, compass 14, ngm by the bits used")
            ->check(CLI::Range(1, 16));
        command.add_option("--pretrigger", pretrigger_samples_,
                           "samples before an event's time: wavedump, fcio, compass, ngm");
        command.add_option("--samples", options_.wavedump.samples,
                           "wavedump without headers: samples of an event");
        command.add_option("--sample-type", sample_type_, "wavedump: u16 or u8; unset: u16")
            ->check(CLI::IsMember({"u16", "u8", "f32"}));
        command.add_option("--tag-ns", options_.wavedump.tag_ns, "wavedump: step of the trigger time tag")
            ->capture_default_str();
        command.add_option(
            "--compass-header", options_.compass.header,
            "compass without file header: what it would say, 0xCAE0 plus 1 energy, 2 calibrated "
            "energy, 4 short energy, 8 waveforms; unset: found by content");
        command.add_option("--clock-mhz", options_.ngm.clock_mhz, "ngm: clock of samples and timestamps")
            ->capture_default_str();
        command.add_option("--maw-words", options_.ngm.maw_words, "ngm: MAW words of an event that has them");
    }

    void take_device_options() {
        auto& wavedump = options_.wavedump;
        if (sample_type_ == "u8") wavedump.sample_type = WaveDumpOptions::SampleType::U8;
        if (sample_type_ == "u16") wavedump.sample_type = WaveDumpOptions::SampleType::U16;
        if (sample_type_ == "f32") wavedump.sample_type = WaveDumpOptions::SampleType::F32;
        options_.fcio.sample_ns = sample_ns_;
        if (sample_ns_) wavedump.sample_ns = options_.compass.sample_ns = *sample_ns_;
        options_.compass.bits = options_.ngm.bits = bits_;
        if (bits_) wavedump.bits = *bits_;
        wavedump.pretrigger_samples = options_.fcio.pretrigger_samples = options_.compass.pretrigger_samples =
            options_.ngm.pretrigger_samples = pretrigger_samples_;
    }

    static Report report_of(const ImportReport& imported) {
        Report report;
        json::array streams;
        json::array messages;
        report.text =
            fmt::format("run {} in {}: {} {} event{} in {} slot{}\n", imported.run, imported.directory,
                        imported.events, name_of(imported.format), imported.events == 1 ? "" : "s",
                        imported.slots, imported.slots == 1 ? "" : "s");
        for (const auto& s : imported.streams) {
            const std::string_view stream = s.averaged ? "averaged" : "raw";
            streams.push_back(json::object{{"board", s.board},
                                           {"channel", s.channel},
                                           {"stream", stream},
                                           {"waveforms", s.waveforms},
                                           {"samples", s.samples},
                                           {"sample_sum", s.sample_sum}});
            report.text += fmt::format("  board {} channel {} {}: {} waveforms, {} samples, sum {}\n",
                                       s.board, s.channel, stream, s.waveforms, s.samples, s.sample_sum);
        }
        for (const auto& message : imported.messages) {
            messages.emplace_back(message);
            report.text += "  " + message + "\n";
        }
        report.json = {{"run", imported.run},
                       {"directory", imported.directory},
                       {"format", name_of(imported.format)},
                       {"slots", imported.slots},
                       {"events", imported.events},
                       {"streams", streams},
                       {"dropped_bytes", imported.dropped_bytes},
                       {"messages", messages},
                       {"ledger", ledger_json(imported.ledger)}};
        return report;
    }

    std::vector<std::string> paths_;
    std::string runs_dir_ = "runs";
    std::string format_;
    std::string type_ = "test";
    std::string config_;
    std::string sample_type_;
    std::optional<double> sample_ns_;
    std::optional<std::uint32_t> bits_;
    std::uint32_t pretrigger_samples_ = 0;
    bool compress_ = false;
    ImportOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_import_verb() {
    return std::make_unique<ImportVerb>();
}

}  // namespace spillgate::offline
