// Spectra and maps through JSROOT. A plot draws once and then only updates its bins; errors come from the server.
import { addColor, setColorPalette } from 'jsroot/colors';
import { createHistogram, gStyle, settings } from 'jsroot/core';
import { cleanup } from '#jsroot/base/ObjectPainter.mjs';
import { TH1Painter } from '#jsroot/hist2d/TH1Painter.mjs';
import { TH2Painter } from '#jsroot/hist2d/TH2Painter.mjs';
import { COLOURS, COUNT_PALETTE, RESIDUAL_PALETTE } from './colours.js';

const CONTOURS = 21; // odd, so that zero has a colour of its own in residuals

// CONTOURS colours along the given ones.
function spread(colours) {
  const channels = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return Array.from({ length: CONTOURS }, (_, i) => {
    const at = (i / (CONTOURS - 1)) * (colours.length - 1);
    const low = Math.min(Math.floor(at), colours.length - 2);
    const [from, to] = [channels(colours[low]), channels(colours[low + 1])];
    const mixed = from.map((value, channel) => Math.round(value + (to[channel] - value) * (at - low)));
    return `rgb(${mixed.join(',')})`;
  });
}

const NO_STATS = 1 << 9;
const COUNTS = 1001;
const RESIDUALS = 1002;
setColorPalette(COUNTS, spread(COUNT_PALETTE));
setColorPalette(RESIDUALS, spread(RESIDUAL_PALETTE));

const colour = Object.fromEntries(Object.entries(COLOURS).map(([name, rgb]) => [name, addColor(rgb)]));

Object.assign(gStyle, {
  fOptStat: 0, // the stats box hides the palette
  fOptTitle: 0,
  fCanvasColor: colour.panel,
  fPadColor: colour.panel,
  fFrameFillColor: colour.panel,
  fFrameLineColor: colour.line,
  fPadGridX: false,
  fPadGridY: true,
  fNumberContours: CONTOURS,
});
Object.assign(settings, { ContextMenu: false, ToolBar: false, ZoomWheel: false, Latex: 0, SmallPad: { width: 10, height: 10 } });

function axisTitle(axis) {
  const label = axis.label === axis.variable || !axis.label ? axis.variable : axis.label;
  return axis.unit ? `${label} / ${axis.unit}` : label;
}

function style(axis, title, size) {
  Object.assign(axis, {
    fTitle: title,
    fTitleSize: size,
    fLabelSize: size,
    fTitleColor: colour.text,
    fLabelColor: colour.text,
    fAxisColor: colour.dim,
    fNdivisions: 506,
    fTitleOffset: 1,
  });
}

function histogram1d(spectrum, yTitle, size) {
  const [axis] = spectrum.axes;
  const histogram = createHistogram('TH1D', axis.bins);
  Object.assign(histogram.fXaxis, { fXmin: axis.min, fXmax: axis.max });
  style(histogram.fXaxis, axisTitle(axis), size);
  style(histogram.fYaxis, yTitle, size);
  histogram.fSumw2 = new Array(axis.bins + 2).fill(0);
  histogram.fTitle = '';
  histogram.fBits |= NO_STATS;
  return histogram;
}

function fill1d(histogram, values, sigmas) {
  for (let i = 0; i < values.length; ++i) {
    histogram.fArray[i + 1] = values[i];
    histogram.fSumw2[i + 1] = sigmas[i] ** 2;
  }
  histogram.fEntries = 1; // drawn as it is; JSROOT draws nothing for an empty one
}

// The next of 1, 1.2, 1.5 … 10 × 10ⁿ that holds `value`: axes change seldom, and redrawing them is what costs.
function roomy(value) {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * decade >= value);
}

// Lets at most one drawing through at a time, and one per `period`; of what comes meanwhile only the newest is drawn.
class Pace {
  #period;
  #newest = null;
  #timer = null;
  #closed = false;

  constructor(periodMs) {
    this.#period = periodMs;
  }

  run(drawing) {
    this.#newest = drawing;
    if (this.#timer === null && !this.#closed) this.#next();
  }

  async #next() {
    const drawing = this.#newest;
    if (drawing === null || this.#closed) {
      this.#timer = null;
      return;
    }
    this.#newest = null;
    this.#timer = true;
    await drawing();
    this.#timer = setTimeout(() => this.#next(), this.#period);
  }

  close() {
    this.#closed = true;
    if (typeof this.#timer === 'number') clearTimeout(this.#timer);
  }
}

const LINES_PERIOD_MS = 300;
const MAPS_PERIOD_MS = 700;

// An empty frame with histograms on top of each other. Only layers that changed are drawn again; the frame only when
// its range does.
class Frame {
  #element;
  #margins;
  #axes = null;
  #range = '';
  #painters = new Map(); // by layer name
  #drawn = new Map(); // layer name → what it showed

  constructor(element, margins) {
    this.#element = element;
    this.#margins = margins;
  }

  // axes: a histogram with range and titles; layers: { name, histogram, option }.
  async show(axes, layers) {
    const names = layers.map((layer) => layer.name);
    if (this.#axes === null || names.join() !== [...this.#painters.keys()].join()) return this.#begin(axes, layers);
    const range = `${axes.fMinimum} ${axes.fMaximum}`;
    for (const { name, histogram } of layers) {
      const shows = `${histogram.fArray} ${histogram.fSumw2}`;
      if (shows === this.#drawn.get(name)) continue;
      this.#drawn.set(name, shows);
      const painter = this.#painters.get(name);
      painter.updateObject(histogram);
      if (range === this.#range) await painter.redraw();
    }
    if (range === this.#range) return;
    this.#range = range;
    this.#axes.updateObject(axes);
    Object.assign(this.#axes.getObject(), { fMinimum: axes.fMinimum, fMaximum: axes.fMaximum });
    await this.#axes.redrawPad();
  }

  async #begin(axes, layers) {
    this.close();
    Object.assign(gStyle, this.#margins);
    this.#range = `${axes.fMinimum} ${axes.fMaximum}`;
    this.#axes = await TH1Painter.draw(this.#element, axes, 'axis');
    for (const { name, histogram, option } of layers) {
      this.#painters.set(name, await TH1Painter.draw(this.#element, histogram, `same,${option}`));
      this.#drawn.set(name, `${histogram.fArray} ${histogram.fSumw2}`);
    }
  }

  resize() {
    this.#axes?.getCanvPainter?.()?.checkResize?.();
  }

  close() {
    cleanup(this.#element);
    this.#axes = null;
    this.#painters.clear();
    this.#drawn.clear();
  }
}

function poisson(counts) {
  return counts.map((n) => Math.sqrt(n));
}

function margins(left, right, top, bottom) {
  return { fPadLeftMargin: left, fPadRightMargin: right, fPadTopMargin: top, fPadBottomMargin: bottom };
}

function look(index) {
  return { fLineColor: index, fLineWidth: 2, fMarkerColor: index, fMarkerStyle: 20, fMarkerSize: 0.7 };
}

class LinePlot {
  #frame;
  #pace = new Pace(LINES_PERIOD_MS);

  constructor(element, frameMargins) {
    this.#frame = new Frame(element, frameMargins);
  }

  update(spectrum) {
    this.#pace.run(() => {
      const { axes, layers } = this.picture(spectrum);
      return layers.length === 0 ? this.#frame.close() : this.#frame.show(axes, layers);
    });
  }

  resize() {
    this.#frame.resize();
  }

  close() {
    this.#pace.close();
    this.#frame.close();
  }
}

// C with errors over α·AC with errors. Kinds without exposure are left out.
export class Overlay extends LinePlot {
  constructor(element) {
    super(element, margins(0.13, 0.03, 0.05, 0.17));
  }

  picture(spectrum) {
    const layers = [];
    let top = 0;
    const add = (name, values, sigmas, style, option) => {
      const histogram = histogram1d(spectrum, '', 0.062);
      fill1d(histogram, values, sigmas);
      Object.assign(histogram, style);
      top = Math.max(top, ...values.map((value, i) => value + sigmas[i]));
      layers.push({ name, histogram, option });
    };
    const { in_time: c, anti_coincident: ac, free, no_beam: noBeam, alpha } = spectrum;
    if (ac && alpha) {
      const scaled = ac.counts.map((n) => n * alpha.value);
      const sigmas = ac.counts.map((n) => Math.hypot(alpha.value * Math.sqrt(n), alpha.sigma * n));
      const filled = { ...look(colour.antiCoincident), fFillColor: colour.antiCoincident, fFillStyle: 3004 };
      add('ac', scaled, sigmas, filled, 'hist');
      add('ac-errors', scaled, sigmas, { ...look(colour.antiCoincident), fMarkerStyle: 1 }, 'E');
    } else if (ac) {
      add('ac', ac.counts, poisson(ac.counts), look(colour.antiCoincident), 'E');
    }
    if (free) add('free', free.counts, poisson(free.counts), look(colour.text), 'E');
    if (noBeam && !c) add('no-beam', noBeam.counts, poisson(noBeam.counts), look(colour.noBeam), 'E');
    if (c) add('c', c.counts, poisson(c.counts), look(colour.inTime), 'E');
    const axes = histogram1d(spectrum, 'counts per bin', 0.062);
    Object.assign(axes, { fMinimum: 0, fMaximum: roomy(1.1 * Math.max(1, top)) });
    return { axes, layers };
  }
}

// C − α·AC with errors, around a line at zero.
export class ResidualPlot extends LinePlot {
  constructor(element) {
    super(element, margins(0.13, 0.03, 0.05, 0.28));
  }

  picture(spectrum) {
    const { values, sigmas } = spectrum.residual;
    const histogram = histogram1d(spectrum, '', 0.105);
    fill1d(histogram, values, sigmas);
    Object.assign(histogram, look(colour.residual));
    const zero = histogram1d(spectrum, '', 0.105);
    Object.assign(zero, { fLineColor: colour.dim, fLineWidth: 1, fEntries: 1 });
    const axes = histogram1d(spectrum, 'C − α·AC', 0.105);
    axes.fYaxis.fTitleOffset = 0.5;
    axes.fYaxis.fNdivisions = 504;
    const highest = Math.max(1, ...values.map((value, i) => value + sigmas[i]));
    const lowest = Math.max(1, ...values.map((value, i) => sigmas[i] - value));
    Object.assign(axes, { fMinimum: -roomy(1.1 * lowest), fMaximum: roomy(1.1 * highest) });
    return {
      axes,
      layers: [
        { name: 'zero', histogram: zero, option: 'hist' },
        { name: 'residual', histogram, option: 'E' },
      ],
    };
  }
}

// One map. `values` in row-major order, first axis slowest; the first axis is drawn to the right.
export class MapPlot {
  #element;
  #painter = null;
  #drawn = null;
  #pace = new Pace(MAPS_PERIOD_MS);

  constructor(element) {
    this.#element = element;
  }

  update(spectrum, values, isResidual) {
    this.#pace.run(() => this.#show(spectrum, values, isResidual));
  }

  async #show(spectrum, values, isResidual) {
    // α moves a little with every slot: what cannot be seen in a colour is not drawn.
    const shows = values.map((value) => value.toPrecision(2)).join();
    if (shows === this.#drawn) return;
    this.#drawn = shows;
    const histogram = this.#fill(spectrum, values, isResidual);
    if (this.#painter === null) {
      Object.assign(gStyle, margins(0.13, 0.17, 0.05, 0.16));
      this.#painter = await TH2Painter.draw(this.#element, histogram, `colz,pal${isResidual ? RESIDUALS : COUNTS}`);
      return;
    }
    this.#painter.updateObject(histogram);
    Object.assign(this.#painter.getObject(), { fMinimum: histogram.fMinimum, fMaximum: histogram.fMaximum });
    await this.#painter.redrawPad();
  }

  #fill(spectrum, values, isResidual) {
    const [x, y] = spectrum.axes;
    const histogram = createHistogram('TH2D', x.bins, y.bins);
    Object.assign(histogram.fXaxis, { fXmin: x.min, fXmax: x.max });
    Object.assign(histogram.fYaxis, { fXmin: y.min, fXmax: y.max });
    style(histogram.fXaxis, axisTitle(x), 0.055);
    style(histogram.fYaxis, axisTitle(y), 0.055);
    style(histogram.fZaxis, '', 0.05);
    histogram.fBits |= NO_STATS;
    let most = 1;
    for (let i = 0; i < x.bins; ++i) {
      for (let j = 0; j < y.bins; ++j) {
        const value = values[i * y.bins + j];
        histogram.fArray[(j + 1) * (x.bins + 2) + i + 1] = value;
        most = Math.max(most, Math.abs(value));
      }
    }
    Object.assign(histogram, { fEntries: 1, fMaximum: most, fMinimum: isResidual ? -most : 0 });
    return histogram;
  }

  resize() {
    this.#painter?.getCanvPainter?.()?.checkResize?.();
  }

  close() {
    this.#pace.close();
    cleanup(this.#element);
  }
}
