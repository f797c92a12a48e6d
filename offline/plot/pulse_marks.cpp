#include "offline/plot/pulse_marks.hpp"

#include <algorithm>

#include "offline/reconstruction/pmt/code_table.hpp"
#include "offline/reconstruction/pmt/spe_charges.hpp"
#include "offline/reconstruction/pmt/trace_analysis.hpp"

namespace spillgate::offline::plot {

namespace {

const config::Chain* pmt_chain(const config::Config& config, const std::string& name) {
    for (const auto& chain : config.chain())
        if (chain.name() == name && chain.has_pmt()) return &chain;
    return nullptr;
}

bool contains(const google::protobuf::RepeatedPtrField<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// The chain that reads the channel as a detector.
const config::Chain* detector_chain(const config::Config& config, const config::Channel& channel) {
    if (!channel.chain().empty()) return pmt_chain(config, channel.chain());
    for (const auto& owner : config.channel())
        if (contains(owner.partner(), channel.name())) return pmt_chain(config, owner.chain());
    return nullptr;
}

config::PmtChain::CodeTable code_table(const config::Config& config, const config::Channel& channel) {
    if (const auto* chain = detector_chain(config, channel)) return chain->pmt().codes();
    for (const auto& owner : config.channel())
        if (contains(owner.veto(), channel.name()))
            if (const auto* chain = pmt_chain(config, owner.chain())) return chain->pmt().veto_codes();
    return config::PmtChain::IDENTITY;
}

// ADC·samples per PE.
double spe_charge_adc(const config::Config& config, const config::Chain& chain,
                      const config::Channel& channel, std::int64_t utc_ns) {
    const auto charges =
        pmt::SpeCharges::make(chain.name(), chain.pmt().spe_charge_adc(), chain.pmt().spe_slice(), config);
    const auto place = std::find_if(config.channel().begin(), config.channel().end(),
                                    [&](const auto& one) { return one.name() == channel.name(); });
    if (!charges) return chain.pmt().spe_charge_adc();
    return charges->of(static_cast<std::uint16_t>(place - config.channel().begin()), utc_ns);
}

double area_adc(const pmt::TraceAnalysis& analysis, const pmt::Peak& peak) {
    double area = 0;
    for (auto i = static_cast<std::size_t>(peak.begin); i <= static_cast<std::size_t>(peak.end); ++i)
        area += analysis.filtered.empty() ? analysis.x[i] : analysis.filtered[i];
    return area;
}

}  // namespace

std::optional<PulseMarks> find_pulses(const config::Config& config, const config::Channel& channel,
                                      const proto::SpillRecord& record, const proto::Trace& trace) {
    const auto* of_channel = detector_chain(config, channel);
    if (of_channel == nullptr) return std::nullopt;
    const auto* chain = &of_channel->pmt();
    pmt::DetectorTraceAnalyser analyser(*chain);
    pmt::TraceAnalysis analysis;
    analyser(record, trace, analysis);
    PulseMarks marks;
    marks.baseline = analysis.baseline;
    if (chain->variant() != config::PmtChain::CONDITIONAL_MEAN)
        marks.threshold = marks.baseline + (chain->positive_pulses() ? 1 : -1) * chain->threshold_adc();
    const double spe_charge = spe_charge_adc(config, *of_channel, channel, record.utc_ns);
    for (const auto& peak : analysis.peaks) {
        marks.regions.emplace_back(peak.begin, peak.end);
        marks.areas_pe.push_back(area_adc(analysis, peak) / spe_charge);
    }
    return marks;
}

std::vector<std::int32_t> codes_of(const config::Config& config, const config::Channel* config_channel,
                                   const proto::SpillRecord& record, const proto::Trace& trace) {
    const pmt::CodeTable table(config_channel != nullptr ? code_table(config, *config_channel)
                                                         : config::PmtChain::IDENTITY);
    std::vector<std::int32_t> codes;
    codes.reserve(trace.count);
    for (const auto word : record.samples_of(trace))
        codes.push_back(table.corrected(pmt::code_of(word, trace.encoding)));
    return codes;
}

}  // namespace spillgate::offline::plot
