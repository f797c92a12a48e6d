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
  histogram.fName = `${spectrum.name}:${yTitle}`;
  histogram.fTitle = '';
  histogram.fBits |= 1 << 9; // no stats
  return histogram;
}

function fill1d(histogram, values, sigmas) {
  for (let i = 0; i < values.length; ++i) {
    histogram.fArray[i + 1] = values[i];
    histogram.fSumw2[i + 1] = sigmas[i] ** 2;
  }
  histogram.fEntries = 1; // drawn as it is; JSROOT draws nothing for an empty one
}

// One JSROOT frame with histograms on top of each other.
class Frame {
  #element;
  #painters = [];
  #drawing = null;

  constructor(element) {
    this.#element = element;
  }

  async show(layers, frameMargins) {
    if (this.#drawing) return; // the next version is drawn instead
    this.#drawing = this.#show(layers, frameMargins);
    try {
      await this.#drawing;
    } finally {
      this.#drawing = null;
    }
  }

  async #show(layers, frameMargins) {
    if (this.#painters.length !== layers.length) {
      cleanup(this.#element);
      this.#painters = [];
      Object.assign(gStyle, {
        fPadLeftMargin: frameMargins.left,
        fPadRightMargin: frameMargins.right,
        fPadTopMargin: frameMargins.top,
        fPadBottomMargin: frameMargins.bottom,
      });
      for (const [i, layer] of layers.entries()) {
        const painter = layer.histogram._typename.startsWith('TH2') ? TH2Painter : TH1Painter;
        this.#painters.push(await painter.draw(this.#element, layer.histogram, i === 0 ? layer.option : `same,${layer.option}`));
      }
      return;
    }
    for (const [i, layer] of layers.entries()) {
      const painter = this.#painters[i];
      painter.updateObject(layer.histogram);
      const main = painter.getHisto?.() ?? painter.getObject();
      main.fMinimum = layer.histogram.fMinimum;
      main.fMaximum = layer.histogram.fMaximum;
    }
    await this.#painters[0].redrawPad();
  }

  resize() {
    this.#painters[0]?.getPadPainter?.()?.checkResize?.();
    this.#painters[0]?.getCanvPainter?.()?.checkResize?.();
  }

  close() {
    cleanup(this.#element);
    this.#painters = [];
  }
}

function poisson(counts) {
  return counts.map((n) => Math.sqrt(n));
}

const FRAME_1D = { left: 0.13, right: 0.03, top: 0.05, bottom: 0.17 };
const FRAME_RESIDUAL = { left: 0.13, right: 0.03, top: 0.05, bottom: 0.28 };
const FRAME_2D = { left: 0.13, right: 0.17, top: 0.05, bottom: 0.16 };

// C with errors over α·AC with errors. Kinds without exposure are left out.
export class Overlay {
  #frame;

  constructor(element) {
    this.#frame = new Frame(element);
  }

  update(spectrum) {
    const layers = [];
    const size = 0.062;
    let top = 0;
    const add = (values, sigmas, look, option) => {
      const histogram = histogram1d(spectrum, 'counts per bin', size);
      fill1d(histogram, values, sigmas);
      Object.assign(histogram, look);
      top = Math.max(top, ...values.map((value, i) => value + sigmas[i]));
      layers.push({ histogram, option });
    };
    const line = (index) => ({ fLineColor: index, fLineWidth: 2, fMarkerColor: index, fMarkerStyle: 20, fMarkerSize: 0.7 });
    const { in_time: c, anti_coincident: ac, free, no_beam: noBeam, alpha } = spectrum;
    if (ac && alpha) {
      const scaled = ac.counts.map((n) => n * alpha.value);
      const sigmas = ac.counts.map((n) => Math.hypot(alpha.value * Math.sqrt(n), alpha.sigma * n));
      add(scaled, sigmas, { ...line(colour.antiCoincident), fFillColor: colour.antiCoincident, fFillStyle: 3004 }, 'hist');
      add(scaled, sigmas, { ...line(colour.antiCoincident), fMarkerStyle: 1 }, 'E');
    } else if (ac) {
      add(ac.counts, poisson(ac.counts), line(colour.antiCoincident), 'E');
    }
    if (free) add(free.counts, poisson(free.counts), line(colour.text), 'E');
    if (noBeam && !c) add(noBeam.counts, poisson(noBeam.counts), line(colour.noBeam), 'E');
    if (c) add(c.counts, poisson(c.counts), line(colour.inTime), 'E');
    if (layers.length === 0) return;
    for (const layer of layers) Object.assign(layer.histogram, { fMinimum: 0, fMaximum: top > 0 ? 1.12 * top : 1 });
    return this.#frame.show(layers, FRAME_1D);
  }

  resize() {
    this.#frame.resize();
  }
  close() {
    this.#frame.close();
  }
}

// C − α·AC with errors, around a line at zero.
export class ResidualPlot {
  #frame;

  constructor(element) {
    this.#frame = new Frame(element);
  }

  update(spectrum) {
    const { values, sigmas } = spectrum.residual;
    const histogram = histogram1d(spectrum, 'C − α·AC', 0.105);
    histogram.fYaxis.fTitleOffset = 0.5;
    histogram.fYaxis.fNdivisions = 504;
    fill1d(histogram, values, sigmas);
    Object.assign(histogram, {
      fLineColor: colour.residual,
      fLineWidth: 2,
      fMarkerColor: colour.residual,
      fMarkerStyle: 20,
      fMarkerSize: 0.7,
    });
    const highest = Math.max(1, ...values.map((value, i) => value + sigmas[i]));
    const lowest = Math.min(-1, ...values.map((value, i) => value - sigmas[i]));
    const room = 0.08 * (highest - lowest);
    const zero = histogram1d(spectrum, 'C − α·AC', 0.105);
    zero.fYaxis.fTitleOffset = 0.5;
    zero.fYaxis.fNdivisions = 504;
    Object.assign(zero, { fLineColor: colour.dim, fLineWidth: 1, fEntries: 1 });
    for (const layer of [zero, histogram]) Object.assign(layer, { fMinimum: lowest - room, fMaximum: highest + room });
    return this.#frame.show(
      [
        { histogram: zero, option: 'hist' },
        { histogram, option: 'E' },
      ],
      FRAME_RESIDUAL,
    );
  }

  resize() {
    this.#frame.resize();
  }
  close() {
    this.#frame.close();
  }
}

// One map. `values` in row-major order, first axis slowest; the first axis is drawn to the right.
export class MapPlot {
  #frame;

  constructor(element) {
    this.#frame = new Frame(element);
  }

  update(spectrum, values, isResidual) {
    const [x, y] = spectrum.axes;
    const histogram = createHistogram('TH2D', x.bins, y.bins);
    Object.assign(histogram.fXaxis, { fXmin: x.min, fXmax: x.max });
    Object.assign(histogram.fYaxis, { fXmin: y.min, fXmax: y.max });
    style(histogram.fXaxis, axisTitle(x), 0.055);
    style(histogram.fYaxis, axisTitle(y), 0.055);
    style(histogram.fZaxis, '', 0.05);
    histogram.fBits |= 1 << 9;
    let most = 0;
    for (let i = 0; i < x.bins; ++i) {
      for (let j = 0; j < y.bins; ++j) {
        const value = values[i * y.bins + j];
        histogram.fArray[(j + 1) * (x.bins + 2) + i + 1] = value;
        most = Math.max(most, Math.abs(value));
      }
    }
    most = Math.max(1, most);
    Object.assign(histogram, { fEntries: 1, fMaximum: most, fMinimum: isResidual ? -most : 0, fContour: [] });
    return this.#frame.show([{ histogram, option: `colz,pal${isResidual ? RESIDUALS : COUNTS}` }], FRAME_2D);
  }

  resize() {
    this.#frame.resize();
  }
  close() {
    this.#frame.close();
  }
}
