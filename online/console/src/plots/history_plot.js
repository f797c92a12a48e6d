// Curves of one unit over time (UTC) by uPlot: the mean as a line, a band from the lowest to the highest. What is not known is a gap in
// both; a point between two gaps is a dot.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { coloursOf } from '../lib/colours.js';
import { toldApart, unitName } from '../lib/history.js';

// Curves of a strip differ in colour, and beyond these in their dashes too.
export const COLOURS = ['inTime', 'antiCoincident', 'residual', 'noBeam', 'reference', 'free'];
const DASHES = [undefined, [8, 4], [2, 3]];
export const styleOf = (index) => ({ colour: COLOURS[index % COLOURS.length], dash: DASHES[Math.floor(index / COLOURS.length) % DASHES.length] });

const BAND = '38'; // opacity, in hexadecimal
const PER_CURVE = 3; // mean, low, high

const two = (n) => String(n).padStart(2, '0');

// 22:58:10, 22:58 or, from midnight to midnight and where a day begins, 11-28.
function times(plot, ticks, axis, space, step) {
  return ticks.map((utc_s) => {
    const at = new Date(utc_s * 1000);
    if (step >= 86_400 || utc_s % 86_400 === 0) return `${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
    const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
    return step < 60 ? `${clock}:${two(at.getUTCSeconds())}` : clock;
  });
}

// Points that no line leads to. A value that is undefined is of another curve's time.
function isolated(plot, index) {
  const values = plot.data[index];
  const found = [];
  let before = null; // index of the point before, if nothing lies between
  let alone = false;
  values.forEach((value, i) => {
    if (value === undefined) return;
    if (value === null) {
      if (alone) found.push(before);
      [before, alone] = [null, false];
      return;
    }
    alone = before === null;
    before = i;
  });
  if (alone) found.push(before);
  return found.length > 0 ? found : null;
}

function seriesOf(curves, colours) {
  return curves.flatMap((_, index) => {
    const { colour, dash } = styleOf(index);
    const edge = { stroke: colours[colour], width: 0, points: { show: false, filter: () => null } };
    return [{ stroke: colours[colour], width: 2, dash, points: { show: false, filter: isolated, size: 6, fill: colours[colour] } }, edge, edge];
  });
}

// With room around what there is; what does not move is not blown up.
function axisRange(plot, low, high) {
  if (low === null) return [0, 1];
  return low < high ? uPlot.rangeNum(low, high, 0.1, true) : low === 0 ? [0, 1] : [low - Math.abs(low) / 10, low + Math.abs(low) / 10];
}

// From lowest to highest, where there is no band for want of a neighbour.
function drawBars(plot, index) {
  if (index % PER_CURVE !== 1) return;
  const { ctx } = plot;
  ctx.strokeStyle = plot.series[index].stroke(plot, index);
  ctx.lineWidth = window.devicePixelRatio || 1;
  for (const i of isolated(plot, index) ?? []) {
    const x = plot.valToPos(plot.data[0][i], 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, plot.valToPos(plot.data[index + 1][i], 'y', true));
    ctx.lineTo(x, plot.valToPos(plot.data[index + 2][i], 'y', true));
    ctx.stroke();
  }
}

const shared = uPlot.sync('history');

// Units that are said with each number of the axis; others beside it.
const SAID = ['B', 'B/s', 's'];
const labels = (unit) => (plot, ticks) => (SAID.includes(unit) ? toldApart(ticks, unit) : ticks.map(String));

export class HistoryPlot {
  #box;
  #plot;
  #colours;
  #height;
  #count;

  // moved(utc_s or null): where the cursor is. chosen(from, to): a range that was drawn out.
  constructor(box, { theme, textPx, unit, curves, height, moved, chosen }) {
    this.#box = box;
    this.#height = height;
    this.#count = curves.length;
    this.#colours = coloursOf(theme);
    const axis = (more) => ({
      stroke: this.#colours.dim,
      grid: { stroke: this.#colours.line, width: 1 },
      ticks: { stroke: this.#colours.line, width: 1 },
      font: `${textPx}px system-ui, sans-serif`,
      ...more,
    });
    this.#plot = new uPlot(
      {
        width: this.#width,
        height,
        legend: { show: false },
        padding: [8, textPx * 2, 0, 0],
        cursor: { sync: { key: shared.key, setSeries: false }, y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
        tzDate: (utc) => uPlot.tzDate(new Date(utc * 1000), 'Etc/UTC'),
        scales: { y: { range: axisRange } },
        axes: [
          axis({ size: textPx + 14, values: times, space: textPx * 6 }),
          axis({ size: textPx * 6, values: labels(unit), label: SAID.includes(unit) ? '' : unitName(unit), labelFont: `${textPx}px system-ui, sans-serif`, labelSize: textPx + 4 }),
        ],
        series: [{}, ...seriesOf(curves, this.#colours)],
        bands: curves.map((_, index) => {
          const mean = 1 + index * PER_CURVE;
          return { series: [mean + 2, mean + 1], fill: `${this.#colours[styleOf(index).colour]}${BAND}` };
        }),
        hooks: {
          drawSeries: [drawBars],
          setCursor: [(plot) => moved(plot.cursor.left >= 0 ? plot.posToVal(plot.cursor.left, 'x') : null)],
          setSelect: [
            (plot) => {
              const { left, width } = plot.select;
              if (width < 4) return;
              plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              chosen(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
            },
          ],
        },
      },
      [[], ...Array(this.#count * PER_CURVE).fill([])],
      box,
    );
  }

  get #width() {
    return Math.max(200, this.#box.clientWidth);
  }

  show(curves, { from, to }) {
    const tables = curves.map(({ t, mean, low, high }) => [t, mean, low, high]);
    this.#plot.batch(() => {
      this.#plot.setData(uPlot.join(tables), false);
      this.#plot.setScale('x', { min: from, max: to });
    });
  }

  // Puts the cursor of all strips at a time, as the arrow keys do.
  point(utc_s) {
    const left = this.#plot.valToPos(utc_s, 'x');
    this.#plot.setCursor({ left: Math.min(Math.max(left, 0), this.#plot.over.clientWidth), top: 0 }, true, true);
  }

  resize() {
    this.#plot.setSize({ width: this.#width, height: this.#height });
  }

  close() {
    this.#plot.destroy();
  }
}
