#include "hw/marks/mark_source.hpp"

#include <utility>

#include "hw/marks/mark_inputs.hpp"
#include "hw/marks/mark_sink.hpp"

namespace spillgate::hw::marks {

namespace {

class MarkSource : public Source {
  public:
    MarkSource(std::unique_ptr<Source> inner, std::vector<Input> inputs)
        : inner_(std::move(inner)), inputs_(std::move(inputs)) {}

    SourceInfo info() const override { return inner_->info(); }
    proto::Status prepare() override { return inner_->prepare(); }

    proto::Status run(Sink& sink, std::stop_token stop) override {
        MarkSink marks(inputs_, inner_->info().frequency_hz, sink);
        auto status = inner_->run(marks, std::move(stop));
        marks.flush();
        return status;
    }

  private:
    std::unique_ptr<Source> inner_;
    std::vector<Input> inputs_;
};

}  // namespace

proto::Result<std::unique_ptr<Source>> with_marks(std::unique_ptr<Source> inner, const config::Board& board) {
    auto inputs = inputs_of(board);
    if (!inputs) return inputs.error();
    if (inputs->empty()) return inner;
    return std::unique_ptr<Source>(new MarkSource(std::move(inner), std::move(*inputs)));
}

}  // namespace spillgate::hw::marks
