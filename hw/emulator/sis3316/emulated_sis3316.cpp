#include "hw/emulator/sis3316/emulated_sis3316.hpp"

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sys/prctl.h>

#include "hw/emulator/sis3316/module.hpp"
#include "hw/emulator/sis3316/udp_server.hpp"

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::chrono::milliseconds sample_interval{1};
constexpr unsigned long timer_slack_ns = 1000;

FeedOptions feed_options(const config::EmulatedModule& module) {
    FeedOptions options;
    options.frequency_error = module.sis3316().frequency_error();
    if (module.sis3316().has_mark_channel())
        options.mark = {module.sis3316().mark_channel(), module.sis3316().mark_pulse_adc(),
                        module.sis3316().mark_pulse_ns()};
    if (module.has_pattern()) options.pattern = module.pattern();
    return options;
}

class Device : public EmulatedSis3316 {
  public:
    Device(config::EmulatedModule config, std::unique_ptr<DetectorFeed> feed, BankMemory memory,
           EventLedger ledger)
        : config_(std::move(config)),
          memory_(std::move(memory)),
          ledger_(std::move(ledger)),
          module_(config_.sis3316(), std::move(feed), memory_, ledger_, config_.faults()) {}
    ~Device() override { (void)Device::stop(); }

    std::string name() const override { return config_.name(); }
    std::string kind() const override { return "sis3316"; }
    std::string endpoint() const override { return endpoint_; }
    proto::Status start() override;
    proto::Status stop() override;
    std::vector<Statistic> statistics() const override;

    void apply(const config::EmulatedFaults& faults) override {
        module_.apply(faults);
        server_->apply(faults);
    }
    void power(bool on) override;
    bool powered() const override { return server_ && server_->powered(); }
    proto::Status step_clock(std::int64_t ticks) override {
        module_.step_clock(ticks);
        return {};
    }
    proto::Status preset_timestamp(std::uint64_t ticks) override {
        module_.preset_timestamp(ticks);
        return {};
    }
    proto::Status lose_grant(bool lost) override {
        module_.lose_grant(lost);
        return {};
    }
    proto::Status fill_memory() override {
        module_.fill_banks();
        return {};
    }
    const std::vector<LedgerEntry>& ledger() const override { return ledger_.entries(); }

  private:
    config::EmulatedModule config_;
    BankMemory memory_;
    EventLedger ledger_;
    mutable Module module_;
    std::unique_ptr<UdpServer> server_;
    std::string endpoint_;
    std::jthread serving_;
    std::jthread sampling_;

    void sample(const std::stop_token& stop);
};

proto::Status Device::start() {
    auto server = UdpServer::open(config_.sis3316(), module_, config_.faults());
    if (!server)
        return proto::error(server.error().kind,
                            fmt::format("module {}: {}", config_.name(), server.error().message),
                            server.error().code);
    server_ = std::move(*server);
    endpoint_ = server_->endpoint();
    module_.power_up();
    serving_ = std::jthread([this](const std::stop_token& stop) {
        ::prctl(PR_SET_TIMERSLACK, timer_slack_ns, 0UL, 0UL, 0UL);
        server_->run(stop);
    });
    sampling_ = std::jthread([this](const std::stop_token& stop) { sample(stop); });
    return {};
}

void Device::sample(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    while (!stop.stop_requested()) {
        if (server_->powered()) module_.sample();
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stop, sample_interval, [] { return false; });
    }
}

proto::Status Device::stop() {
    for (std::jthread* thread : {&serving_, &sampling_})
        if (thread->joinable()) thread->request_stop();
    for (std::jthread* thread : {&serving_, &sampling_})
        if (thread->joinable()) thread->join();
    return ledger_.close();
}

void Device::power(bool on) {
    if (on == server_->powered()) return;
    if (on) module_.power_up();
    server_->power(on);
}

std::vector<Statistic> Device::statistics() const {
    std::vector<Statistic> all;
    const AcquisitionTotals totals = module_.totals();
    all.push_back({"events-stored", totals.events_stored});
    all.push_back({"words-stored", totals.words_stored});
    all.push_back({"events-lost-bank-full", totals.lost_bank_full});
    all.push_back({"events-lost-at-threshold", totals.lost_at_threshold});
    all.push_back({"events-truncated", totals.truncated});
    all.push_back({"events-corrupted", totals.corrupted});
    all.push_back({"bank-swaps", totals.bank_swaps});
    all.push_back({"events-across-swaps", totals.across_swaps});
    all.push_back({"emulator-behind", totals.cycles_skipped});
    all.push_back(
        {"oscillator-khz", static_cast<std::uint64_t>(std::llround(module_.oscillator_mhz() * 1e3))});
    if (server_) server_->append_statistics(all);
    return all;
}

}  // namespace

proto::Result<std::unique_ptr<EmulatedSis3316>> EmulatedSis3316::create(const config::EmulatedModule& module,
                                                                        bool keeps_ledger) {
    auto feed = DetectorFeed::create(module.board(), feed_options(module));
    if (!feed)
        return proto::error(feed.error().kind,
                            fmt::format("module {}: {}", module.name(), feed.error().message));
    auto memory = BankMemory::create(module.sis3316().bank_words());
    if (!memory) return memory.error();
    auto ledger = EventLedger::create(module.ledger_file(), keeps_ledger);
    if (!ledger) return ledger.error();
    return std::unique_ptr<EmulatedSis3316>(
        std::make_unique<Device>(module, std::move(*feed), std::move(*memory), std::move(*ledger)));
}

}  // namespace spillgate::hw::emulator::sis3316
