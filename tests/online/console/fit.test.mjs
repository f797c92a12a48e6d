import assert from 'node:assert/strict';
import test from 'node:test';
import { fit } from '../../../online/console/src/lib/fit.js';

const near = (value, expected, relative, what) => assert.ok(Math.abs(value - expected) <= relative * Math.abs(expected), `${what}: ${value}, not ${expected}`);
const pointsOf = (ys, sigmas = null) => ys.map((y, bin) => ({ x: bin + 0.5, y, sigma: sigmas ? sigmas[bin] : null }));
const RANGE = { low: 0, width: 1 };

// The same deviances made least by a simplex, errors from their second derivatives: value, sigma.
function assertFit(result, chi2, ndf, parameters) {
  assert.equal(result.trouble, undefined);
  near(result.chi2, chi2, 1e-6, 'χ²');
  assert.equal(result.ndf, ndf);
  result.parameters.forEach(({ name, value, sigma }, i) => {
    near(value, parameters[i][0], 1e-5, name);
    near(sigma, parameters[i][1], 1e-4, `error of ${name}`);
  });
}

test('a Gaussian through counts is that of the greatest likelihood', () => {
  const result = fit('gaussian', pointsOf([3, 5, 9, 14, 24, 31, 33, 27, 20, 12, 8, 2]), RANGE);
  assertFit(result, 1.80543621, 9, [[31.2582524, 2.90426111], [6.22883181, 0.186552037], [2.43192925, 0.15463596]]);
});

test('an exponential through counts, which then agree with it in sum', () => {
  const counts = [120, 88, 70, 49, 38, 31, 19, 17, 9, 9, 6, 4];
  const result = fit('exponential', pointsOf(counts), RANGE);
  assertFit(result, 1.61453351, 10, [[140.753964, 10.0308377], [3.37669967, 0.201628695]]);
  const sum = (values) => values.reduce((all, value) => all + value, 0);
  near(sum(counts.map((_, bin) => result.f(bin + 0.5))), sum(counts), 1e-8, 'sum of the model');
});

test('a residual is fitted with its own errors, without bins that have none', () => {
  const ys = [-1.2, 2.3, 6.1, 14.8, 22.4, 28.1, 24.9, 16.0, 7.7, 1.1, 0.4, -2.0];
  const sigmas = [2, 2.2, 3, 4.1, 5, 5.5, 5.2, 4.2, 3.1, 2.2, 2, 0];
  const result = fit('gaussian', pointsOf(ys, sigmas), RANGE);
  assertFit(result, 1.13485716, 8, [[28.5276083, 3.44843232], [5.57731426, 0.189074716], [1.73697156, 0.161341935]]);
});

test('an exponential begins at the range, wherever that is', () => {
  const ys = Array.from({ length: 20 }, (_, bin) => 50 * Math.exp(-(bin + 0.5) / 4));
  const result = fit('exponential', ys.map((y, bin) => ({ x: 100 + bin + 0.5, y, sigma: 1 })), { low: 100, width: 1 });
  near(result.parameters[0].value, 50, 1e-6, 'A');
  near(result.parameters[1].value, 4, 1e-6, 'τ');
  assert.ok(result.chi2 < 1e-8);
});

test('what cannot be fitted is said in words', () => {
  assert.match(fit('gaussian', pointsOf([3, 4, 5]), RANGE).trouble, /3 bins with contents are too few for 3 parameters/);
  assert.match(fit('exponential', pointsOf([0, 0, 0, 0, 0]), RANGE).trouble, /nothing above zero/);
  assert.match(fit('gaussian', pointsOf([0, 0, 0, 7, 0, 0, 0, 0]), RANGE).trouble, /narrower than a bin/);
});
