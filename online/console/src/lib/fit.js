// Fits of a spectrum in a part of its axis: Levenberg and Marquardt's way to the least deviance. Counts are Poisson's (likelihood
// ratio of Baker and Cousins, NIM 221 (1984) 437, whose steps weigh with the model's variance, as Fisher's scoring does); residuals
// have the errors that they come with. Models are taken at the bins' middles, in counts per bin.

const MOST_STEPS = 200;
const SETTLED = 1e-10; // relative change of the deviance
const ROUNDING = 1e-13;
const NARROWEST = 0.3; // of a bin: a peak that no bin's contents tell from a narrower one

// f(x, parameters) and its derivatives; begin: where to start; names with the units of 'x' (the axis) or 'counts'.
export const MODELS = {
  gaussian: {
    title: 'Gaussian',
    names: [['A', 'counts'], ['μ', 'x'], ['σ', 'x']],
    f: (x, [a, mu, sigma]) => a * Math.exp(-0.5 * ((x - mu) / sigma) ** 2),
    slopes: (x, [a, mu, sigma]) => {
      const t = (x - mu) / sigma;
      const e = Math.exp(-0.5 * t * t);
      return [e, (a * e * t) / sigma, (a * e * t * t) / sigma];
    },
    begin: (xs, ys, width) => {
      const floor = Math.min(...ys, 0);
      const weights = ys.map((y) => Math.max(0, y - floor));
      const all = weights.reduce((sum, w) => sum + w, 0) || 1;
      const mean = xs.reduce((sum, x, i) => sum + x * weights[i], 0) / all;
      const variance = xs.reduce((sum, x, i) => sum + weights[i] * (x - mean) ** 2, 0) / all;
      return [Math.max(...ys, 1e-3), mean, Math.max(Math.sqrt(variance), width / 2)];
    },
    allowed: ([, , sigma]) => sigma > 0,
  },
  exponential: {
    title: 'exponential',
    names: [['A', 'counts'], ['τ', 'x']],
    f: (x, [a, tau], low) => a * Math.exp(-(x - low) / tau),
    slopes: (x, [a, tau], low) => {
      const t = (x - low) / tau;
      const e = Math.exp(-t);
      return [e, (a * e * t) / tau];
    },
    begin: (xs, ys, width, low) => {
      // A straight line through the logarithms of what is above zero.
      const points = xs.map((x, i) => [x - low, ys[i]]).filter(([, y]) => y > 0);
      const n = points.length || 1;
      const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / n;
      const [mx, my] = [mean(([x]) => x), mean(([, y]) => Math.log(y))];
      const slope = mean(([x, y]) => (x - mx) * (Math.log(y) - my)) / (mean(([x]) => (x - mx) ** 2) || 1);
      const tau = slope < 0 ? -1 / slope : 10 * (xs.at(-1) - low + width);
      return [Math.exp(my + mx / tau), tau];
    },
    allowed: ([, tau]) => tau !== 0,
  },
};

// Solves H·x = g and inverts H (symmetric, small); null if it cannot.
function inverted(matrix) {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < n; ++i) {
    let pivot = i;
    for (let k = i + 1; k < n; ++k) if (Math.abs(rows[k][i]) > Math.abs(rows[pivot][i])) pivot = k;
    if (!(Math.abs(rows[pivot][i]) > 1e-300)) return null;
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (let k = 0; k < n; ++k) {
      if (k === i) continue;
      const factor = rows[k][i] / rows[i][i];
      for (let j = i; j < 2 * n; ++j) rows[k][j] -= factor * rows[i][j];
    }
  }
  return rows.map((row, i) => row.slice(n).map((value) => value / row[i]));
}

// points: [{ x, y, sigma }], sigma null: a Poisson count.
function deviance(points, of) {
  let sum = 0;
  for (const { x, y, sigma } of points) {
    const mu = of(x);
    if (sigma !== null) sum += ((y - mu) / sigma) ** 2;
    else if (!(mu > 0)) return Infinity;
    else sum += 2 * (mu - y + (y > 0 ? y * Math.log(y / mu) : 0));
  }
  return sum;
}

function descent(points, model, p, low) {
  const n = p.length;
  const gradient = Array(n).fill(0);
  const curvature = Array.from({ length: n }, () => Array(n).fill(0));
  for (const { x, y, sigma } of points) {
    const mu = model.f(x, p, low);
    const weight = 1 / (sigma !== null ? sigma * sigma : mu);
    const slopes = model.slopes(x, p, low);
    for (let i = 0; i < n; ++i) {
      gradient[i] += weight * (y - mu) * slopes[i];
      for (let j = 0; j < n; ++j) curvature[i][j] += weight * slopes[i] * slopes[j];
    }
  }
  return { gradient, curvature };
}

// points as above, in ascending x; low: where the range begins; width: of a bin. { parameters: [{ name, of, value, sigma }], chi2, ndf,
// f(x) } or { trouble } in words.
export function fit(name, points, { low, width }) {
  const model = MODELS[name];
  const used = points.filter(({ sigma }) => sigma === null || sigma > 0); // a residual without any count has no error to weigh it with
  const ndf = used.length - model.names.length;
  if (ndf < 1) return { trouble: `${used.length} bins with contents are too few for ${model.names.length} parameters` };
  if (used.every(({ y }) => y <= 0)) return { trouble: 'there is nothing above zero to fit' };
  let p = model.begin(used.map(({ x }) => x), used.map(({ y }) => y), width, low);
  let best = deviance(used, (x) => model.f(x, p, low));
  let damping = 1e-3;
  let settled = false;
  for (let step = 0; step < MOST_STEPS && !settled && damping < 1e12; ++step) {
    const { gradient, curvature } = descent(used, model, p, low);
    const damped = inverted(curvature.map((row, i) => row.map((value, j) => (i === j ? value * (1 + damping) : value))));
    const next = damped && p.map((value, i) => value + damped[i].reduce((sum, h, j) => sum + h * gradient[j], 0));
    const now = next && model.allowed(next) ? deviance(used, (x) => model.f(x, next, low)) : Infinity;
    const change = best - now;
    if (!(change >= -ROUNDING * (1 + best))) {
      damping *= 8;
      continue;
    }
    settled = change <= SETTLED * (1 + best);
    [p, best, damping] = [next, now, damping / 8];
  }
  const covariance = inverted(descent(used, model, p, low).curvature);
  const sigmas = covariance?.map((row, i) => Math.sqrt(row[i]));
  if (!settled || !sigmas?.every((sigma) => Number.isFinite(sigma) && sigma > 0)) return { trouble: 'the fit does not converge' };
  if (name === 'gaussian' && p[2] < NARROWEST * width) return { trouble: 'the peak is narrower than a bin' };
  return {
    parameters: model.names.map(([short, of], i) => ({ name: short, of, value: p[i], sigma: sigmas[i] })),
    chi2: best,
    ndf,
    f: (x) => model.f(x, p, low),
  };
}
