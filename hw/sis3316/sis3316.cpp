#include "hw/sis3316/sis3316.hpp"

#include <utility>

#include <boost/asio/ip/address_v4.hpp>

#include "hw/sis3316/bring_up.hpp"
#include "hw/sis3316/session.hpp"

namespace spillgate::hw::sis3316 {

namespace {

Mark::Kind kind_of(config::MarkInput::Kind kind) {
    switch (kind) {
        case config::MarkInput::BEAM_ON:
            return Mark::Kind::BEAM_ON;
        case config::MarkInput::STROBE:
            return Mark::Kind::STROBE;
        case config::MarkInput::EXTRACT:
            break;
    }
    return Mark::Kind::EXTRACT;
}

// Owns, once it has been adopted, the module with its socket.
class Sis3316Source final : public Source {
  public:
    Sis3316Source(const config::Board& board, ModuleSettings settings)
        : name_(board.name()), settings_(std::move(settings)) {
        session_.board = board.id();
        session_.clock_domain = board.clock_domain();
        for (const auto& mark : board.mark()) {
            if (!mark.has_latch()) continue;
            session_.latched_mark = kind_of(mark.kind());
            session_.mark_delay_ns = mark.delay_ns();
        }
    }

    SourceInfo info() const override {
        return {
            session_.board,        name_, "sis3316", is_simulated(settings_.device), session_.clock_domain,
            settings_.frequency_hz};
    }

    proto::Status prepare() override { return adopt({}); }

    proto::Status run(Sink& sink, std::stop_token stop) override {
        session_.epoch = runs_ == 0 ? 0 : session_.epoch + 1;
        ++runs_;
        auto status = module_ ? proto::Status{} : adopt(stop);
        if (status) {
            module_->link().obey(stop);
            Session session(*module_, settings_, session_, sink);
            status = session.run(stop);
            if (const auto counter = session.counter()) session_.before = counter;
        }
        if (stop.stop_requested()) {
            disarm();
            return {};
        }
        if (status) return status;
        module_.reset();
        // Whatever is wrong with a module in mid-run is worth another try, a second later.
        return proto::error(status.error().kind == proto::ErrorKind::TIMED_OUT ? proto::ErrorKind::TIMED_OUT
                                                                               : proto::ErrorKind::IO,
                            status.error().message);
    }

  private:
    proto::Status adopt(std::stop_token stop) {
        module_.reset();
        auto module = Module::open(settings_, std::move(stop));
        if (!module) return module.error();
        if (auto up = bring_up(**module, settings_); !up) return up.error();
        module_ = std::move(*module);
        return {};
    }
    void disarm() {
        if (!module_) return;
        module_->link().obey({});
        (void)module_->act_once(key::DISARM);  // if it is lost, the next start begins with it
    }

    std::string name_;
    ModuleSettings settings_;
    SessionSettings session_;
    std::uint64_t runs_ = 0;
    std::unique_ptr<Module> module_;
};

}  // namespace

bool is_simulated(const config::Sis3316& device) {
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address_v4(device.address(), ec);
    return device.emulated() || (!ec && address.is_loopback());
}

proto::Result<std::unique_ptr<Source>> make_sis3316(const config::Board& board) {
    auto settings = settings_from(board);
    if (!settings) return settings.error();
    if (const auto address = module_address(settings->who, settings->device.address()); !address)
        return address.error();
    return std::unique_ptr<Source>(std::make_unique<Sis3316Source>(board, std::move(*settings)));
}

}  // namespace spillgate::hw::sis3316
