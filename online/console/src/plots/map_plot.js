// A spectrum with two axes: one kind of its contents, or how it compares with the reference's, as coloured cells, with a colour bar. The
// first axis is drawn to the right.
import { compared } from '../lib/comparison.js';
import { coloursOf, palette, SHADES } from '../lib/colours.js';
import { axesDiffer, axisTitle, binOf, edge, isSealed, residual, sealedRange } from '../lib/spectrum.js';
import { hatched } from './bins.js';
import { Frame } from './frame.js';
import { roomy, shade, ticks } from './scale.js';

const BAR_PX = 14;

// What colours reach to, whatever is in the map; of all others one count. A prediction has parts of counts in each bin, and seldom a whole one.
const LEAST = { significance: 3, prediction: 1e-12 };

// What a map shows of a kind: values in row-major order, NaN where there is nothing to show; or null. compare: one of COMPARISONS, or null.
export function mapValues(spectrum, kind, overlays = null, compare = null) {
  if (compare) return compared(spectrum, overlays?.reference, kind)?.[compare] ?? null;
  if (kind === 'prediction') return overlays?.prediction?.values ?? null;
  if (kind === 'residual') return residual(spectrum)?.values ?? null;
  return spectrum[kind]?.counts ?? null;
}

function limitsOf(values, isSigned, least = 1) {
  let most = least;
  for (let i = 0; i < values.length; ++i) if (Math.abs(values[i]) > most) most = Math.abs(values[i]);
  const max = roomy(most);
  return { min: isSigned ? -max : 0, max };
}

export class MapPlot {
  #box;
  #frame;
  #bar = document.createElement('canvas');
  #cells = document.createElement('canvas');
  #pixels = null;
  #textPx;
  #spectrum = null;
  #settings = null;
  #barShows = '';
  #firstZoom;

  constructor(box, { textPx, zoom, zoomed }) {
    this.#box = box;
    this.#textPx = textPx;
    this.#firstZoom = zoom;
    const margins = { left: Math.round(textPx * 4.4), right: Math.round(BAR_PX + textPx * 4.6), top: 8, bottom: Math.round(textPx * 2.7) };
    this.#frame = new Frame(box, {
      margins,
      textPx,
      layer: 'cells',
      redrawn: () => {
        this.#barShows = '';
        this.#paint();
      },
      zoomed,
    });
    this.#bar.dataset.layer = 'colour-bar';
    this.#bar.style.cssText = 'position:absolute;pointer-events:none';
  }

  // settings: { theme, kind, log, compare, overlays }.
  draw(spectrum, settings) {
    const begin = this.#spectrum === null || settings.theme !== this.#settings.theme || axesDiffer(spectrum, this.#spectrum);
    this.#spectrum = spectrum;
    this.#settings = settings;
    if (begin) this.#begin();
    else if (this.#frame.ready) this.#paint();
  }

  #begin() {
    const [x, y] = this.#spectrum.axes;
    Object.assign(this.#cells, { width: x.bins, height: y.bins });
    this.#pixels = this.#cells.getContext('2d').createImageData(x.bins, y.bins);
    const vertical = { min: y.min, max: y.max, bins: y.bins, title: axisTitle(y) };
    this.#frame.begin(this.#settings.theme, { x: { ...x, title: axisTitle(x) }, y: vertical }, this.#frame.ready ? this.#frame.zoom : this.#firstZoom());
  }

  #paint() {
    const { context, scales } = this.#frame;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    const { kind, theme, overlays, compare } = this.#settings;
    const values = mapValues(this.#spectrum, kind, overlays, compare);
    const isSigned = kind === 'residual' || ['difference', 'significance'].includes(compare);
    const log = this.#settings.log && !isSigned && kind !== 'prediction';
    const limits = values ? limitsOf(values, isSigned, LEAST[compare ?? kind]) : null;
    if (values) {
      this.#fill(values, limits, palette(theme, isSigned), log);
      this.#place(context, scales);
    }
    if (isSealed(this.#spectrum) && (kind === 'in_time' || kind === 'residual')) this.#seal(context, scales);
    this.#colourBar(limits, palette(theme, isSigned), log);
  }

  #fill(values, limits, colours, log) {
    const [x, y] = this.#spectrum.axes;
    const packed = Uint32Array.from(colours, ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0); // little-endian RGBA
    const shadeOf = shade(limits, SHADES, log);
    const pixels = new Uint32Array(this.#pixels.data.buffer);
    for (let i = 0; i < x.bins; ++i) {
      for (let j = 0; j < y.bins; ++j) {
        const value = values[i * y.bins + j];
        pixels[(y.bins - 1 - j) * x.bins + i] = Number.isNaN(value) ? 0 : packed[shadeOf(value)];
      }
    }
    this.#cells.getContext('2d').putImageData(this.#pixels, 0, 0);
  }

  #place(context, scales) {
    const [x, y] = this.#spectrum.axes;
    const [left, right] = [Math.round(scales.x(x.min)), Math.round(scales.x(x.max))];
    const [top, bottom] = [Math.round(scales.y(y.max)), Math.round(scales.y(y.min))];
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#cells, left, top, right - left, bottom - top);
  }

  #seal(context, scales) {
    const [[x0, x1], [y0, y1]] = sealedRange(this.#spectrum);
    hatched(context, scales.x(x0), scales.y(y0), scales.x(x1), scales.y(y1), scales.dense, coloursOf(this.#settings.theme).text);
  }

  #colourBar(limits, colours, log) {
    const { kind, theme, compare } = this.#settings;
    const shows = JSON.stringify([limits, log, kind, compare, theme, this.#frame.rect]);
    if (shows === this.#barShows) return;
    this.#barShows = shows;
    const { left, top, width, height } = this.#frame.rect;
    const { dense } = this.#frame.scales;
    const wide = this.#box.clientWidth - left - width - 6;
    Object.assign(this.#bar, { width: Math.round(wide * dense), height: Math.round((height + 16) * dense) });
    Object.assign(this.#bar.style, { left: `${left + width + 6}px`, top: `${top - 8}px`, width: `${wide}px`, height: `${height + 16}px` });
    if (!this.#bar.isConnected) this.#box.appendChild(this.#bar);
    const context = this.#bar.getContext('2d');
    context.scale(dense, dense);
    if (!limits) return;
    colours.forEach((colour, i) => {
      context.fillStyle = `rgb(${colour.join(',')})`;
      const [low, high] = [(height * i) / SHADES, (height * (i + 1)) / SHADES];
      context.fillRect(0, 8 + height - high, BAR_PX, high - low + 0.5);
    });
    context.strokeStyle = coloursOf(this.#settings.theme).dim;
    context.strokeRect(0.5, 8.5, BAR_PX - 1, height - 1);
    context.fillStyle = coloursOf(this.#settings.theme).text;
    context.font = `${this.#textPx}px system-ui, sans-serif`;
    context.textBaseline = 'middle';
    const share = log
      ? (value) => Math.log(value / 0.5) / Math.log(limits.max / 0.5)
      : (value) => (value - limits.min) / (limits.max - limits.min);
    const unit = compare === 'significance' ? ' σ' : '';
    for (const tick of ticks(limits, 5, log, !['residual', 'prediction'].includes(kind) && !compare)) {
      context.fillText(tick.toLocaleString('en-GB', { maximumSignificantDigits: 3 }).replace('-', '−') + unit, BAR_PX + 4, 8 + height * (1 - share(tick)));
    }
  }

  get zoom() {
    return this.#frame.zoom;
  }

  zoomBack() {
    this.#frame.zoomBack();
  }

  press(event) {
    return this.#frame.press(event, false);
  }

  // null: all of the axes.
  showPart(zoom) {
    this.#frame.goTo(zoom);
  }

  resetZoom() {
    this.#frame.resetZoom();
  }

  resize() {
    if (this.#spectrum) this.#begin();
  }

  // The bin under a pixel of the box, with the bounds of its cell; or null.
  binAt(px, py) {
    const at = this.#frame.valueAt(px, py);
    if (!at) return null;
    const [x, y] = this.#spectrum.axes;
    const [i, j] = [binOf(x, at.x), binOf(y, at.y)];
    if (i === null || j === null) return null;
    return { bin: i * y.bins + j, low: edge(x, i), high: edge(x, i + 1), second: [edge(y, j), edge(y, j + 1)] };
  }

  frames() {
    return this.#frame.ready ? [this.#frame] : [];
  }

  close() {
    this.#bar.remove();
    this.#frame.close();
  }
}
