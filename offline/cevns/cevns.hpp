// Coherent elastic neutrino-nucleus scattering at a pulsed source: what a detector should see, for given
// radii and couplings. From the source to the bins:
//
//   neutrino_flux.hpp     protons → neutrinos of each flavour through a cm², with their energy_spectrum.hpp
//   arrival_time.hpp      proton pulse (pulse.hpp) ⊗ decays → share of any range of times, at an onset
//   nuclide.hpp           isotopes and materials
//   form_factor.hpp       where a nucleus has its protons and neutrons
//   couplings.hpp         what the weak force sees of them
//   cross_section.hpp     all of that → dσ/dT and ⟨σ⟩ (kinematics.hpp)
//   recoil_spectrum.hpp   the same on a recoil_grid.hpp, for fits, with derivatives
//   quenching.hpp         recoil energy → electron-equivalent energy, with pulls
//   size_response.hpp     electron-equivalent energy → bins of size (size_resolution.hpp, efficiency.hpp)
//
// Beside the road: electron_neutrino_deuteron.hpp, which measures the flux in heavy water. Constants of
// physics are in constants.hpp and nowhere else. Everything is a pure function of its arguments, or constant
// once made; only text_table.hpp reads files.
#pragma once
