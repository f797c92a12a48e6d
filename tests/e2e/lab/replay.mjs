// The page's WebSocket: first with what the server sends, then with the same again and again, as fast as the page takes it; times and
// numbers of log lines go on as if it were new.
export const ROUND = 80; // frames that are kept
const AT_ONCE = 20; // frames between two turns of the page's other work

// In the page, before anything of its own.
function listenIn([kept, atOnce]) {
  const frames = [];
  let socket = null;
  let sent = 0;
  let isReplaying = false;

  window.WebSocket = class extends WebSocket {
    constructor(...place) {
      super(...place);
      socket = this;
      if (!isReplaying) frames.length = 0;
      this.addEventListener('message', (event) => {
        if (!event.isTrusted) return; // ours
        if (isReplaying) event.stopImmediatePropagation();
        else if (frames.length < kept) frames.push(event.data);
      });
    }
  };

  const later = (points, seconds) => points.map((point) => ({ ...point, utc_s: point.utc_s + seconds }));
  // A frame as it would come that many rounds later. A round begins with whole spectra.
  function again(text, { seconds, lines }, round) {
    const frame = JSON.parse(text);
    frame.at += round * seconds;
    if (frame.trend) frame.trend = later(frame.trend, round * seconds);
    for (const { status } of frame.status?.daemons ?? [])
      if (status?.log) status.log = later(status.log, round * seconds).map((line) => ({ ...line, number: line.number + round * lines }));
    return JSON.stringify(frame);
  }

  window.replay = {
    get isReady() {
      return frames.length >= kept;
    },
    async send(number) {
      isReplaying = true;
      const parsed = frames.map((text) => JSON.parse(text));
      const numbers = parsed.flatMap(({ status }) => status?.daemons.flatMap((daemon) => daemon.status?.log?.map((line) => line.number) ?? []) ?? []);
      const length = { seconds: parsed.at(-1).at - parsed[0].at + 1, lines: Math.max(0, ...numbers) };
      for (const end = sent + number; sent < end; ) {
        const data = again(frames[sent % kept], length, 1 + Math.floor(sent / kept));
        socket.dispatchEvent(new MessageEvent('message', { data }));
        sent += 1;
        if (sent % atOnce === 0) await new Promise((resolve) => setTimeout(resolve));
      }
      return sent;
    },
  };
}

// Before the page is opened.
export const prepareReplay = (page) => page.addInitScript(listenIn, [ROUND, AT_ONCE]);
// Whether a round has been recorded.
export const isRecorded = (page) => page.evaluate(() => window.replay.isReady);
// Sends so many more; returns how many there were so far.
export const replay = (page, number) => page.evaluate((more) => window.replay.send(more), number);
