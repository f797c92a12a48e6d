// A Gaussian of mean 0 ⊗ an exponential decay, stable for every ratio of their widths. A lifetime of 0 is the
// Gaussian itself.
#pragma once

namespace spillgate::offline::cevns {

double exponential_gaussian_density(double t, double sigma, double lifetime);
// ∫ from −∞ to t (which may be infinite), to 1e-15.
double exponential_gaussian_below(double t, double sigma, double lifetime);

}  // namespace spillgate::offline::cevns
