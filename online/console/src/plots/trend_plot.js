// A trend over time (UTC) by uPlot. A gap in the data is a gap in the line.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { coloursOf } from '../lib/colours.js';

// Around what there is, never narrower than a readable step.
export function around(least) {
  return (plot, low, high) => {
    if (low === null) return [0, 1];
    const room = Math.max(least, (high - low) * 0.1);
    return [low - room, high + room];
  };
}

export function fromZero(plot, low, high) {
  return [0, Math.max(1, (high ?? 1) * 1.1)];
}

// A gap of more than three usual steps breaks the line.
export function withGaps(times, columns) {
  const outTimes = [];
  const out = columns.map(() => []);
  times.forEach((time, i) => {
    if (i > 0 && time - times[i - 1] > 3.5) {
      outTimes.push(times[i - 1] + 1);
      out.forEach((column) => column.push(null));
    }
    outTimes.push(time);
    out.forEach((column, k) => column.push(columns[k][i] ?? null));
  });
  return [outTimes, ...out];
}

const shared = uPlot.sync('trends');

// series: [{ label, colour }], colours by name of the theme; range: one of the above.
export class TrendPlot {
  #box;
  #plot;

  constructor(box, { theme, textPx, label, series, range, height }) {
    this.#box = box;
    const colours = coloursOf(theme);
    const axis = (text) => ({
      stroke: colours.dim,
      grid: { stroke: colours.line, width: 1 },
      ticks: { stroke: colours.line, width: 1 },
      font: `${textPx}px system-ui, sans-serif`,
      label: text,
      labelFont: `${textPx}px system-ui, sans-serif`,
      labelSize: textPx + 6,
      size: text ? textPx * 5.5 : textPx + 16,
      values: text ? (plot, ticks) => ticks.map(String) : undefined,
    });
    const options = {
      width: Math.max(200, box.clientWidth),
      height,
      legend: { show: false },
      cursor: { sync: { key: shared.key }, y: false, drag: { x: true, y: false } },
      // 24 hours; the date where a day begins
      fmtDate: (template) => uPlot.fmtDate(template.replace(/\{h\}/g, '{HH}').replace(/\{aa\}/g, '')),
      tzDate: (utc) => uPlot.tzDate(new Date(utc * 1000), 'Etc/UTC'),
      scales: { y: { range } },
      axes: [axis(), axis(label)],
      series: [{}, ...series.map(({ colour, dash }) => ({ stroke: colours[colour], width: 2, dash, spanGaps: false, points: { show: false } }))],
    };
    this.#plot = new uPlot(options, [[], ...series.map(() => [])], box);
  }

  show(times, columns) {
    this.#plot.setData(withGaps(times, columns));
  }

  resize(height) {
    this.#plot.setSize({ width: Math.max(200, this.#box.clientWidth), height });
  }

  close() {
    this.#plot.destroy();
  }
}
