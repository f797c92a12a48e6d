// The sound of alarms: it rings every few seconds while an alarm that shall sound is unacknowledged. A browser lets a page sound only
// after a person has pressed something in it; until then `waiting` is true. Whether it shall sound is kept by this browser.
const KEPT = 'spillgate-sound';
const AGAIN_MS = 4000;
const TONE_S = 0.18;
const TONES_HZ = { alarm: [880, 660, 880], warn: [520] };
const LOUDNESS = 0.25;
const GESTURES = ['pointerdown', 'keydown'];

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

class Sound {
  on = $state(kept() !== 'off');
  waiting = $state(false);
  #context = null;
  #timer = null;
  #severity = null;

  toggle() {
    this.on = !this.on;
    try {
      localStorage.setItem(KEPT, this.on ? 'on' : 'off');
    } catch {
      // chosen for this visit only
    }
  }

  // severity: 'alarm', 'warn', or null for silence.
  ring(severity) {
    const wanted = this.on ? severity : null;
    if (wanted === this.#severity) return;
    this.#severity = wanted;
    clearInterval(this.#timer);
    if (wanted === null) {
      this.waiting = false;
      return;
    }
    this.#open();
    this.#sound();
    this.#timer = setInterval(() => this.#sound(), AGAIN_MS);
  }

  #open() {
    if (this.#context !== null) return;
    this.#context = new AudioContext();
    this.#context.onstatechange = () => {
      if (this.#context.state === 'running' && this.waiting) this.#sound();
    };
    for (const gesture of GESTURES) addEventListener(gesture, () => this.#context.resume().catch(() => {}));
  }

  #sound() {
    const context = this.#context;
    this.waiting = this.#severity !== null && context.state !== 'running';
    if (this.#severity === null) return;
    if (this.waiting) {
      context.resume().catch(() => {}); // it stays as it is until somebody presses something
      return;
    }
    TONES_HZ[this.#severity].forEach((hz, i) => {
      const begin = context.currentTime + i * TONE_S;
      const gain = new GainNode(context, { gain: 0 });
      gain.gain.setTargetAtTime(LOUDNESS, begin, 0.01);
      gain.gain.setTargetAtTime(0, begin + TONE_S - 0.05, 0.01);
      const tone = new OscillatorNode(context, { frequency: hz });
      tone.connect(gain).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + TONE_S);
    });
  }
}

export const sound = new Sound();
