// The room of the engine, the same online and offline, and of its command line. A slot's way through it:
//
//   reconstruction/   trace → candidates: chain.hpp is the interface; pmt/, lar/ and hpge/ are the chains,
//                     veto/ is what they share, kernels/ the vectorised passes
//   spectra/          candidates + verdict → selection → histograms (accumulator.hpp joins and fills)
//   exposure/         ledger + selection → E_C, E_AC, live POT, α, residual
//   import/           foreign recordings → ordinary run files
//   calibration/      recorded runs → constants with a validity → config (applied_calibrations.hpp)
//   cevns/            source, nucleus and detector → expected recoils, times and sizes (cevns.hpp)
//   experiment/       an experiment's file and released data → a model for fits (experiment_model.hpp)
//   fit/              any model of counts with pulls → values, errors, profiles, contours, toys
//   plot/             spectra, waveforms and calibrations as pictures (figure.hpp describes one)
//   verbs/            the command line's verbs
//   engine.hpp        the three together, as online and reprocess use them
#pragma once
