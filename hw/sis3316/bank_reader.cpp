#include "hw/sis3316/bank_reader.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "hw/pace.hpp"

namespace spillgate::hw::sis3316 {

namespace {

constexpr int most_polls = 1000;  // until a closed bank's addresses are valid
constexpr int most_swaps = 10;    // requests, of which all but one were lost
constexpr int most_restarts = 1000;
constexpr std::uint32_t bank_bit = 24;
constexpr std::uint32_t word_mask = 0xFFFFFF;
constexpr std::size_t first_address = 3;  // in status_values_, behind status and latch

}  // namespace

BankReader::BankReader(Module& module, const ModuleSettings& settings)
    : module_(module), settings_(settings) {
    status_addresses_ = {vme_register::ACQUISITION, group_address(0, group_register::PPS_HIGH),
                         group_address(0, group_register::PPS_LOW)};
    for (std::uint32_t channel = 0; channel < channels; ++channel)
        if (settings.layout[channel].enabled)
            status_addresses_.push_back(channel_address(channel, group_register::PREVIOUS_BANK, 4));
    status_values_.resize(status_addresses_.size());
    memory_.resize(
        std::max<std::size_t>(transfer::statistics_words, settings.device.bank_threshold_words() / 64));
}

proto::Result<bool> BankReader::is_armed(std::uint32_t bank) {
    const auto status = module_.read(vme_register::ACQUISITION);
    if (!status) return status.error();
    return (*status & acquisition::ARMED) != 0 && ((*status & acquisition::BANK_2) != 0) == (bank == 1);
}

proto::Status BankReader::arm() {
    if (auto done = module_.command(key::ARM_BANK_1, 0); !done) return done;
    armed_ = 0;
    const auto armed = is_armed(armed_);
    if (!armed) return armed.error();
    if (*armed) return {};
    return proto::error(proto::ErrorKind::IO,
                        fmt::format("{}: key 0x420 does not arm bank 1: {} does not say so", module_.who(),
                                    register_name(vme_register::ACQUISITION)));
}

proto::Status BankReader::disarm() {
    return module_.command(key::DISARM, 0);
}

proto::Status BankReader::clear_timestamp(std::int64_t& sent_ns, std::int64_t& acknowledged_ns) {
    for (int times = 0; times < most_swaps; ++times) {
        sent_ns = steady_ns();
        const auto delivery = module_.act_once(key::TIMESTAMP_CLEAR);
        if (!delivery) return delivery.error();
        acknowledged_ns = steady_ns();
        // Nothing of this epoch has been read yet: one more clear does no harm, an uncertain one would.
        if (*delivery == Delivery::CONFIRMED) return {};
    }
    return proto::error(proto::ErrorKind::TIMED_OUT,
                        fmt::format("{}: key 0x41C (timestamp clear) is not acknowledged", module_.who()));
}

proto::Result<bool> BankReader::threshold_reached() {
    const auto status = module_.read(vme_register::ACQUISITION);
    if (!status) return status.error();
    return (*status & acquisition::THRESHOLD) != 0;
}

proto::Result<ClosedBank> BankReader::swap(bool because_of_threshold) {
    ClosedBank closed;
    closed.bank = armed_;
    const std::uint32_t next = 1 - armed_;
    for (int times = 0;; ++times) {
        closed.sent_ns = steady_ns();
        const auto delivery = module_.act_once(next == 0 ? key::ARM_BANK_1 : key::ARM_BANK_2);
        if (!delivery) return delivery.error();
        if (*delivery == Delivery::CONFIRMED) break;
        // A second swap would throw the bank away: the module says whether the first one happened.
        const auto happened = is_armed(next);
        if (!happened) return happened.error();
        if (*happened) break;
        if (times == most_swaps)
            return proto::error(proto::ErrorKind::TIMED_OUT,
                                fmt::format("{}: the bank swap is not carried out", module_.who()));
    }
    closed.acknowledged_ns = steady_ns();
    armed_ = next;
    ++counters_.swaps;
    if (because_of_threshold) ++counters_.threshold_swaps;

    for (int poll = 0;; ++poll) {
        if (auto got = module_.read(status_addresses_, status_values_); !got) return got.error();
        const auto valid = [&](std::uint32_t value) { return (value >> bank_bit & 1u) == closed.bank; };
        if (std::all_of(status_values_.begin() + first_address, status_values_.end(), valid)) break;
        if (poll == most_polls)
            return proto::error(
                proto::ErrorKind::IO,
                fmt::format("{}: after the swap a previous bank address (0x1120…) never shows bank {}",
                            module_.who(), closed.bank + 1));
    }
    closed.status = status_values_[0];
    if ((closed.status & acquisition::ARMED) == 0 ||
        ((closed.status & acquisition::BANK_2) != 0) != (armed_ == 1))
        return proto::error(
            proto::ErrorKind::IO,
            fmt::format("{}: {} reads {:#010x}: bank {} should be sampling; the module was "
                        "reset by somebody or by power",
                        module_.who(), register_name(vme_register::ACQUISITION), closed.status, armed_ + 1));
    closed.latched = std::uint64_t{status_values_[1] & 0xFFFFu} << 32 | status_values_[2];
    // At once: what is latched while the bank is being read would be cleared unseen.
    if ((closed.status & acquisition::PPS_LATCHED) != 0)
        if (const auto cleared = module_.act_once(key::PPS_CLEAR); !cleared) return cleared.error();
    std::size_t at = first_address;
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
        const auto& layout = settings_.layout[channel];
        if (!layout.enabled) continue;
        const auto words = status_values_[at++] & word_mask;
        const auto threshold = settings_.device.bank_threshold_words();
        closed.is_full[channel] = words >= threshold;
        if (closed.is_full[channel]) ++counters_.full_banks;
        // It stops at the threshold, in mid-event; one more may have been in progress at the swap.
        closed.is_impossible[channel] = words > threshold + 2 * layout.words();
        closed.words[channel] = closed.is_impossible[channel] ? 0 : words;
    }
    return closed;
}

proto::Status BankReader::start_transfer(std::uint32_t group, std::uint32_t command) {
    const auto control = vme_register::TRANSFER + 4 * group;
    // Both at once: the machine starts only from reset, and nothing is read in between.
    const RegisterWrite writes[] = {{control, transfer::RESET}, {control, command}};
    return module_.command(writes);
}

// Fills the first `words` of memory_ from a transfer that was started. Whatever was lost is read again from
// where the words in order end.
proto::Status BankReader::read_memory(std::uint32_t channel, std::uint32_t bank, std::uint32_t words) {
    const auto& link = module_.link();
    const auto group = group_of(channel);
    const auto packets = std::min<std::size_t>(settings_.device.packets_per_request(), link.most_packets());
    const std::size_t most = packets * link.per_packet();
    if (memory_.size() < words) memory_.resize(std::bit_ceil(words));
    std::size_t done = 0;
    for (int restarts = 0; done < words;) {
        const auto wanted = std::min<std::size_t>(most, words - done);
        const auto got =
            module_.link().read_fifo(fifo_address(group), std::span(memory_).subspan(done, wanted));
        if (!got) return got.error();
        done += *got;
        if (*got > 0) restarts = 0;
        if (*got == wanted) continue;
        ++counters_.fsm_restarts;
        if (++restarts == most_restarts)
            return proto::error(proto::ErrorKind::TIMED_OUT,
                                fmt::format("{}: group {}: memory cannot be read beyond word {} of {}",
                                            module_.who(), group + 1, done, words));
        const auto from_here = transfer::read_bank(channel, bank, static_cast<std::uint32_t>(done));
        if (auto started = start_transfer(group, from_here); !started) return started;
    }
    counters_.words += words;
    return {};
}

// The groups' machines work on their own: those of the same channel of each group are started by one request.
proto::Status BankReader::read(
    const ClosedBank& bank, const std::function<void(std::uint32_t, std::span<const std::uint32_t>)>& use) {
    std::array<RegisterWrite, std::size_t{2} * groups> writes{};
    std::array<bool, groups> is_used{};
    for (std::uint32_t of_group = 0; of_group < channels_per_group; ++of_group) {
        std::size_t count = 0;
        for (std::uint32_t channel = of_group; channel < channels; channel += channels_per_group) {
            if (bank.words[channel] == 0) continue;
            const auto control = vme_register::TRANSFER + 4 * group_of(channel);
            writes[count++] = {control, transfer::RESET};
            writes[count++] = {control, transfer::read_bank(channel, bank.bank, 0)};
            is_used[group_of(channel)] = true;
        }
        if (count == 0) continue;
        if (auto started = module_.command(std::span(writes).first(count)); !started) return started;
        for (std::uint32_t channel = of_group; channel < channels; channel += channels_per_group) {
            const auto words = bank.words[channel];
            if (words == 0) continue;
            if (auto read = read_memory(channel, bank.bank, words); !read) return read;
            use(channel, std::span(memory_).first(words));
        }
    }
    std::size_t count = 0;
    for (std::uint32_t group = 0; group < groups; ++group)
        if (is_used[group]) writes[count++] = {vme_register::TRANSFER + 4 * group, transfer::RESET};
    if (count == 0) return {};
    return module_.command(std::span(writes).first(count));
}

proto::Result<std::array<ChannelStatistics, channels>> BankReader::statistics() {
    std::array<ChannelStatistics, channels> all{};
    for (std::uint32_t group = 0; group < groups; ++group) {
        // The counters' space has no offset: after a loss it is read from its begin.
        constexpr int attempts = 10;
        bool read = false;
        for (int i = 0; i < attempts && !read; ++i) {
            if (auto started = start_transfer(group, transfer::READ_STATISTICS); !started)
                return started.error();
            const auto got = module_.link().read_fifo(fifo_address(group),
                                                      std::span(memory_).first(transfer::statistics_words));
            if (!got) return got.error();
            read = *got == transfer::statistics_words;
        }
        const auto control = vme_register::TRANSFER + 4 * group;
        if (auto reset = module_.command(control, transfer::RESET); !reset) return reset.error();
        if (!read)
            return proto::error(
                proto::ErrorKind::TIMED_OUT,
                fmt::format("{}: group {}: statistic counters cannot be read", module_.who(), group + 1));
        for (std::uint32_t c = 0; c < channels_per_group; ++c) {
            const auto* w = &memory_[std::size_t{6} * c];
            all[group * channels_per_group + c] = {w[0], w[1], w[2], w[3], w[4], w[5]};
        }
    }
    return all;
}

}  // namespace spillgate::hw::sis3316
