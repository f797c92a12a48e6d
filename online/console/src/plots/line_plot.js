// A spectrum with one axis: α·AC as an area with errors, C as points with errors over it, overlays; below it C − α·AC about zero.
import { coloursOf } from '../lib/colours.js';
import { axesDiffer, axisTitle, binOf, edge, poisson, residual, scaled, sealedRange } from '../lib/spectrum.js';
import { area, band, columns, curve, hatched, level, points, steps } from './bins.js';
import { Frame } from './frame.js';
import { line, onSteady } from './prediction.js';
import { countRange, extent, residualRange, steady } from './scale.js';

// What is drawn of a spectrum, lowest first: { bins: { values, sigmas }, draw, style }.
function layersOf(spectrum, overlays, colours) {
  const layers = [];
  const { in_time: c, anti_coincident: ac, free, no_beam: noBeam, alpha } = spectrum;
  if (ac && alpha) {
    layers.push({ bins: scaled(ac.counts, alpha), draw: area, style: { fill: `${colours.antiCoincident}59`, line: colours.antiCoincident } });
  } else if (ac) {
    layers.push({ bins: poisson(ac.counts), draw: points, style: { line: colours.antiCoincident } });
  }
  const { reference } = overlays ?? {};
  if (reference?.ac) layers.push({ bins: reference.ac, draw: steps, style: { line: colours.reference, dash: [2, 4] } });
  if (reference?.c) layers.push({ bins: reference.c, draw: steps, style: { line: colours.reference, dash: [9, 4] } });
  if (overlays?.prediction) layers.push({ bins: onSteady(overlays.prediction, spectrum), draw: steps, style: { line: colours.prediction } });
  if (free) layers.push({ bins: poisson(free.counts), draw: points, style: { line: colours.free } });
  if (noBeam && !c) layers.push({ bins: poisson(noBeam.counts), draw: points, style: { line: colours.noBeam, open: true } });
  if (c?.counts) layers.push({ bins: poisson(c.counts), draw: points, style: { line: colours.inTime } });
  return layers;
}

class Part {
  constructor(element, options) {
    this.element = element;
    this.options = options;
    this.log = false;
    this.frame = null;
    this.range = null;
    this.spectrum = null;
  }

  // Draws the newest contents; axes only if their range has changed.
  draw(spectrum, context) {
    this.spectrum = spectrum;
    this.context = context;
    const range = this.wantedRange();
    if (this.frame === null) return this.begin(range, this.options.zoom());
    if (!this.frame.ready) return;
    if (range.min === this.range.min && range.max === this.range.max && this.log === this.drawnLog) return this.paint();
    this.range = range;
    this.drawnLog = this.log;
    this.frame.setRange(range.min, range.max, this.log);
  }

  begin(range, zoom = null) {
    const { margins, layer, textPx } = this.options;
    const [axis] = this.spectrum.axes;
    this.range = range;
    this.drawnLog = this.log;
    const { zoomed, selecting } = this.options;
    this.frame ??= new Frame(this.element, { margins, textPx, layer, redrawn: () => this.paint(), zoomed, selecting });
    const y = { min: range.min, max: range.max, title: this.options.title, divisions: this.options.divisions };
    this.frame.begin(this.context.theme, { x: { ...axis, title: this.options.named ? axisTitle(axis) : '' }, y, logY: this.log }, zoom);
  }

  rebuild() {
    if (this.frame !== null && this.spectrum) this.begin(this.wantedRange(), this.frame.zoom);
  }

  close() {
    this.frame?.close();
  }

  inView() {
    const [axis] = this.spectrum.axes;
    const zoom = this.frame?.zoom?.x ?? [0, 0];
    if (zoom[0] === zoom[1]) return [0, axis.bins];
    const at = (value) => ((value - axis.min) / (axis.max - axis.min)) * axis.bins;
    return [Math.max(0, Math.floor(at(zoom[0]) + 1e-9)), Math.min(axis.bins, Math.ceil(at(zoom[1]) - 1e-9))];
  }

  // Clears and gives { context, scales, bins in view }.
  surface() {
    const { context } = this.frame;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    const { scales } = this.frame;
    return { context, scales, view: columns(this.spectrum.axes[0], scales) };
  }

  // What a person marked: a part of the axis, and what was fitted to these contents in it.
  mark(context, scales, what) {
    const { roi, fitted } = this.context;
    const { text, prediction } = coloursOf(this.context.theme);
    if (roi) band(context, roi, scales, text);
    if (fitted?.what === what) curve(context, fitted.f, fitted.range, scales, prediction);
  }

  hatch(context, scales) {
    const range = sealedRange(this.spectrum);
    if (!range) return;
    const [[low, high]] = range;
    hatched(context, scales.x(low), 0, scales.x(high), context.canvas.height, scales.dense, coloursOf(this.context.theme).dim);
  }
}

class Overlay extends Part {
  wantedRange() {
    const [from, to] = this.inView();
    this.layers = layersOf(this.spectrum, this.context.overlays, coloursOf(this.context.theme));
    const highest = this.layers.reduce((most, { bins }) => Math.max(most, extent(bins, from, to).high), 1);
    return steady(this.range, countRange(highest, this.log));
  }

  paint() {
    const { context, scales, view } = this.surface();
    for (const { bins, draw, style } of this.layers) draw(context, bins, view, scales, style);
    this.mark(context, scales, 'in_time');
    this.hatch(context, scales);
  }
}

class Residual extends Part {
  wantedRange() {
    this.bins = residual(this.spectrum);
    const drawn = [this.bins, this.context.overlays?.prediction].filter(Boolean).map((bins) => extent(bins, ...this.inView()));
    if (drawn.length === 0) return { min: -1, max: 1 };
    return steady(this.range, residualRange(Math.min(...drawn.map(({ low }) => low)), Math.max(...drawn.map(({ high }) => high))));
  }

  paint() {
    const { context, scales, view } = this.surface();
    const colours = coloursOf(this.context.theme);
    level(context, 0, scales, colours.dim);
    line(context, this.context.overlays?.prediction, view, scales, colours);
    if (this.bins) points(context, this.bins, view, scales, { line: colours.residual });
    this.mark(context, scales, 'residual');
    this.hatch(context, scales);
  }
}

export class LinePlot {
  #overlay;
  #residual;
  #settings = { theme: 'dark', overlays: null };
  #spectrum = null;

  // zoom(): what is shown first (null: all); zoomed(zoom): a person shows another part of the axes; selecting([from, to], done): a part
  // is marked with Shift and drag. textPx: height of labels. Both parts show the same part of the axis.
  constructor(overlayBox, residualBox, { textPx, zoom, zoomed, selecting }) {
    const margins = { top: 8, right: Math.round(textPx * 1.5), left: Math.round(textPx * 4.8), bottom: Math.round(textPx * 2.7) };
    const follow = (part, zoom) => part.frame?.followX(zoom?.x ?? [0, 0]);
    const ofOverlay = (zoom) => {
      follow(this.#residual, zoom);
      zoomed(zoom);
    };
    const ofResidual = async (zoom) => {
      await follow(this.#overlay, zoom);
      zoomed(this.zoom);
    };
    this.#overlay = new Overlay(overlayBox, {
      margins: { ...margins, bottom: Math.round(textPx * 1.6) },
      textPx,
      layer: 'bins',
      zoom,
      title: 'counts per bin',
      zoomed: ofOverlay,
      selecting,
    });
    this.#residual = new Residual(residualBox, {
      margins,
      textPx,
      layer: 'residual',
      named: true,
      zoom: () => (zoom() ? { x: zoom().x, y: [0, 0] } : null),
      title: 'C − α·AC',
      divisions: 3,
      zoomed: ofResidual,
      selecting,
    });
  }

  // settings: { theme, log, overlays: { reference } as overlaid() has it, roi: [low, high], fitted: { what, f, range } }.
  draw(spectrum, settings) {
    const rebuilt = this.#spectrum && (settings.theme !== this.#settings.theme || axesDiffer(spectrum, this.#spectrum));
    this.#spectrum = spectrum;
    this.#settings = settings;
    this.#overlay.log = settings.log;
    for (const part of [this.#overlay, this.#residual]) {
      part.draw(spectrum, settings);
      if (rebuilt) part.rebuild();
    }
  }

  get zoom() {
    return this.#overlay.frame?.zoom ?? null;
  }

  zoomBack() {
    this.#overlay.frame?.zoomBack();
  }

  // A key on the pad. True: it was for the zoom.
  press(event) {
    return this.#overlay.frame?.press(event, true) ?? false;
  }

  // null: all of the axes.
  showPart(zoom) {
    this.#overlay.frame?.goTo(zoom);
  }

  resetZoom() {
    this.#overlay.frame?.resetZoom();
    this.#residual.frame?.resetZoom();
  }

  resize() {
    this.#overlay.rebuild();
    this.#residual.rebuild();
  }

  // The bin under a pixel of the overlay's box, or null.
  binAt(x, y) {
    const at = this.#overlay.frame?.valueAt(x, y);
    if (!at) return null;
    const [axis] = this.#spectrum.axes;
    const bin = binOf(axis, at.x);
    return bin === null ? null : { bin, low: edge(axis, bin), high: edge(axis, bin + 1) };
  }

  frames() {
    return [this.#overlay.frame, this.#residual.frame].filter((frame) => frame?.ready);
  }

  close() {
    this.#overlay.close();
    this.#residual.close();
  }
}

