// What a pad shows, as files: the part of the axes that is in view, of the range that is chosen.
import { edge, isSealed, residual, scaled } from './spectrum.js';

const INTEGERS = ['in_time', 'anti_coincident', 'free', 'no_beam'];

// The bins of a zoomed pad, for each axis [first, last).
export function inView(spectrum, zoom) {
  const [x, y] = spectrum.axes;
  // A part of a bin that is in view is a bin in view.
  const whole = (axis, range) => {
    if (!range || range[0] === range[1]) return [0, axis.bins];
    const at = (value) => ((value - axis.min) / (axis.max - axis.min)) * axis.bins;
    return [Math.max(0, Math.floor(at(range[0]) + 1e-9)), Math.min(axis.bins, Math.ceil(at(range[1]) - 1e-9))];
  };
  return y ? [whole(x, zoom?.x), whole(y, zoom?.y)] : [whole(x, zoom?.x)];
}

// { name, type, values, sigmas, bins }: the columns that a pad shows, over all bins, or over bins [first, last) of its one axis. type: of UHI's
// storages, 'int', 'double' or, with sigmas, 'weighted'. Over it lie
// reference, as overlaid() gives it, prediction, as predictions.of() does, and fitted, as fitOf() does; each may be null.
export function columnsOf(spectrum, { reference = null, prediction = null, fitted = null } = {}) {
  const out = [];
  const add = (name, { values, sigmas = null, bins = null }, type = sigmas ? 'weighted' : 'double') => out.push({ name, type, values, sigmas, bins });
  const sealedName = (kind) => (kind === 'in_time' && isSealed(spectrum) ? 'in_time_outside_box' : kind);
  for (const kind of INTEGERS) if (spectrum[kind]?.counts) add(sealedName(kind), { values: spectrum[kind].counts }, 'int');
  const { anti_coincident: ac, alpha } = spectrum;
  if (ac?.counts && alpha) add('scaled', scaled(ac.counts, alpha));
  const left = residual(spectrum);
  if (left) add('residual', left);
  if (reference?.c) add('reference_in_time', reference.c);
  if (reference?.ac) add('reference_anti_coincident', reference.ac);
  if (prediction) add('prediction', { values: prediction.values });
  if (fitted?.f) {
    const [axis] = spectrum.axes;
    const values = Float64Array.from({ length: axis.bins }, (_, bin) => fitted.f(edge(axis, bin + 0.5)));
    add(`fit_${fitted.what}`, { values, bins: fitted.bins });
  }
  return out;
}

// Places on the axes, [bin] or [bin, bin], of all bins in view.
export function* binsOf(spectrum, view) {
  const [[x0, x1], rows] = view;
  for (let i = x0; i < x1; ++i) {
    if (!rows) yield [i];
    else for (let j = rows[0]; j < rows[1]; ++j) yield [i, j];
  }
}

// origin: [name, value] pairs; over: as columnsOf() takes it. Numbers are the shortest text that reads back as the same double; where a
// column has no value, there is none.
export function csvOf(spectrum, zoom, origin, over) {
  const columns = columnsOf(spectrum, over);
  const lines = origin.map(([name, value]) => `# ${name}: ${String(value).replace(/\s+/g, ' ')}`);
  const places = spectrum.axes.flatMap((_, k) => [`bin_${k}`, `low_${k}`, `high_${k}`]);
  lines.push([...places, ...columns.flatMap(({ name, sigmas }) => (sigmas ? [name, `${name}_sigma`] : [name]))].join(','));
  for (const bins of binsOf(spectrum, inView(spectrum, zoom))) {
    const at = bins.length === 1 ? bins[0] : bins[0] * spectrum.axes[1].bins + bins[1];
    const place = bins.flatMap((bin, k) => [bin, edge(spectrum.axes[k], bin), edge(spectrum.axes[k], bin + 1)]);
    lines.push([...place, ...columns.flatMap((column) => cellsOf(column, at))].join(','));
  }
  return `${lines.join('\n')}\n`;
}

function cellsOf({ values, sigmas, bins }, at) {
  if (bins && (at < bins[0] || at >= bins[1])) return [''];
  return sigmas ? [values[at], sigmas[at]] : [values[at]];
}

// The bins in view that a column has; null: none.
function viewOf(view, bins) {
  if (bins === null) return view;
  const part = [Math.max(view[0][0], bins[0]), Math.min(view[0][1], bins[1])];
  return part[0] < part[1] ? [part] : null;
}

// UHI serialisation, version 1: one histogram of each column, without flow bins; of a fit, over its range.
export function uhiOf(spectrum, zoom, origin, over) {
  const named = columnsOf(spectrum, over).map((column) => [`${spectrum.name}/${column.name}`, column, viewOf(inView(spectrum, zoom), column.bins)]);
  const drawn = named.filter(([, , view]) => view !== null);
  return `${JSON.stringify(Object.fromEntries(drawn.map(([name, column, view]) => [name, histogramOf(spectrum, column, view, origin)])))}\n`;
}

function histogramOf(spectrum, { type, values, sigmas }, view, origin) {
  const axes = spectrum.axes.map((axis, k) => ({
    type: 'regular',
    lower: edge(axis, view[k][0]),
    upper: edge(axis, view[k][1]),
    bins: view[k][1] - view[k][0],
    underflow: false,
    overflow: false,
    circular: false,
    metadata: { name: axis.variable, label: axis.label, unit: axis.unit },
  }));
  const nested = (of, change = (value) => value) => {
    const [[x0, x1], rows] = view;
    const row = (i) => (rows ? Array.from(of.slice(i * spectrum.axes[1].bins + rows[0], i * spectrum.axes[1].bins + rows[1]), change) : change(of[i]));
    return Array.from({ length: x1 - x0 }, (_, i) => row(x0 + i));
  };
  const variances = sigmas && { variances: nested(sigmas, (sigma) => sigma * sigma) };
  const storage = { type, values: nested(values), ...variances };
  return { uhi_schema: 1, metadata: Object.fromEntries(origin), writer_info: { 'spillgate-console': {} }, axes, storage };
}

// Where what is shown comes from, as [name, value] pairs; what is not known is left out.
export function originOf(spectrum, { run, zoom, reference = null, prediction = null, fitted = null }) {
  const pot = spectrum.live_pot;
  const axes = ['x', 'y'].filter((axis) => zoom && zoom[axis][0] !== zoom[axis][1]);
  const { band } = spectrum;
  const pairs = [
    ['spectrum', spectrum.name],
    ['title', spectrum.title],
    ['selection', spectrum.selection],
    ['run', spectrum.run],
    ['run_type', run?.type],
    ['simulated', run?.simulated],
    ['range', spectrum.range?.name ?? 'run'],
    ['range_spills', spectrum.range?.spills],
    ['range_begin_utc_s', spectrum.range?.begin_utc_s],
    ['range_person', spectrum.range?.person],
    ['zoom', axes.length > 0 ? axes.map((axis) => `${axis} ${zoom[axis].join(' to ')}`).join(', ') : null],
    ['band', band ? `${band.axis.variable} ${edge(band.axis, band.first)} to ${edge(band.axis, band.last)}` : null],
    ['alpha', spectrum.alpha?.value],
    ['alpha_sigma', spectrum.alpha?.sigma],
    ['in_time_live_s', spectrum.in_time?.exposure_s],
    ['anti_coincident_live_s', spectrum.anti_coincident?.exposure_s],
    ['live_pot', pot ? pot.measured + pot.estimated : null],
    ['sealed', isSealed(spectrum) ? spectrum.sealed.what : null],
    ['reference', reference?.name],
    ['reference_factor', reference?.factor],
    ['reference_factor_by', reference?.by],
    ['reference_anti_coincident_factor', reference?.acFactor],
    ['prediction', prediction?.title],
    ['prediction_pot', prediction?.pot],
    ...fitOrigin(spectrum, fitted),
    ['newest_slot_utc_s', spectrum.newest_slot_utc_s],
  ];
  return pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
}

function fitOrigin(spectrum, fitted) {
  if (!fitted?.f) return [];
  const ofEach = fitted.parameters.flatMap(({ name, value, sigma }) => [[`fit_${name}`, value], [`fit_${name}_sigma`, sigma]]);
  return [['fit', `${fitted.model} of ${fitted.what}, ${spectrum.axes[0].variable} ${fitted.range.join(' to ')}`], ...ofEach, ['fit_chi2', fitted.chi2], ['fit_ndf', fitted.ndf]];
}
