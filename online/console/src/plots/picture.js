// A PNG of a pad as it is shown: JSROOT's axes, our bins over them, and above both what it shows of what, when, and whether SIMULATED.

function pictureOf(svg) {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', width);
  copy.setAttribute('height', height);
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }));
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => {
      URL.revokeObjectURL(address);
      resolve(image);
    };
    image.onerror = () => {
      URL.revokeObjectURL(address);
      reject(new Error('the axes cannot be drawn into a picture'));
    };
    image.src = address;
  });
}

// box: the pad's element that holds all its drawings; lines: text above them, the first is the title; mark: e.g. SIMULATED or null.
export async function pngOf(box, { lines, mark, colours }) {
  const { left, top, width, height } = box.getBoundingClientRect();
  const dense = Math.max(2, window.devicePixelRatio || 1);
  const head = 14 + 20 * lines.length;
  const canvas = Object.assign(document.createElement('canvas'), { width: width * dense, height: (height + head) * dense });
  const context = canvas.getContext('2d');
  context.scale(dense, dense);
  context.fillStyle = colours.panel;
  context.fillRect(0, 0, width, height + head);
  lines.forEach((line, i) => {
    context.fillStyle = i === 0 ? colours.text : colours.dim;
    context.font = `${i === 0 ? '600 15px' : '13px'} system-ui, sans-serif`;
    context.fillText(line, 12, 22 + 20 * i, width - 24);
  });
  if (mark) {
    context.font = '800 15px system-ui, sans-serif';
    const wide = context.measureText(mark).width;
    context.fillStyle = '#ffc83d';
    context.fillRect(width - wide - 28, 6, wide + 16, 22);
    context.fillStyle = '#14100a';
    context.fillText(mark, width - wide - 20, 22);
  }
  const place = (element) => {
    const at = element.getBoundingClientRect();
    return [at.left - left, at.top - top + head, at.width, at.height];
  };
  for (const svg of box.querySelectorAll('svg.jsroot')) context.drawImage(await pictureOf(svg), ...place(svg));
  for (const drawn of box.querySelectorAll('canvas[data-layer]')) context.drawImage(drawn, ...place(drawn));
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
