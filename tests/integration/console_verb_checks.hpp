// What spillgate-ctl does with a real console, by the view of the page that does the same.
#pragma once

#include "tests/integration/console_lab.hpp"

namespace spillgate::test {

// While a blinded run 2 goes on, and run 1 is over.
void look_at_beam(const ConsoleLab& lab);
void look_at_health_parts(const ConsoleLab& lab);
void look_at_waveforms(const ConsoleLab& lab);
void look_at_physics(const ConsoleLab& lab);
void draw_trends(const ConsoleLab& lab);

void work_a_shift(const ConsoleLab& lab);
void judge_runs(const ConsoleLab& lab);
void sign_good_runs(const ConsoleLab& lab);
void compare_configs(const ConsoleLab& lab);
void keep_layouts(const ConsoleLab& lab);

}  // namespace spillgate::test
