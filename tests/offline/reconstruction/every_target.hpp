// Runs something once on each dispatch target that this processor has.
#pragma once

#include <catch2/catch.hpp>
#include <hwy/targets.h>

namespace spillgate::offline::test {

template <class Run>
void on_every_target(Run&& run) {
    hwy::SetSupportedTargetsForTest(0);
    const auto targets = hwy::SupportedAndGeneratedTargets();
    REQUIRE(!targets.empty());
    for (const auto target : targets) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        INFO("target " << hwy::TargetName(target));
        run();
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
}

}  // namespace spillgate::offline::test
