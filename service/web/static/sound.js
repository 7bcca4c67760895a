// Three tones that nobody takes for one another: an alarm that goes on, a friendly call back, a fall.
//
//   elevated        two high notes in turn, again and again until acknowledged
//   recheck         two soft rising notes, once
//   not_screening   three falling low notes, again every few seconds until silenced

import { volume } from "./look.js";

const TONES = {
  elevated: { every: 1600, wave: "square", gain: 0.22, notes: [[880, 0, 0.22], [660, 0.26, 0.22], [880, 0.52, 0.22], [660, 0.78, 0.22]] },
  recheck: { every: null, wave: "sine", gain: 0.35, notes: [[523, 0, 0.18], [784, 0.22, 0.3]] },
  not_screening: { every: 6000, wave: "triangle", gain: 0.4, notes: [[392, 0, 0.3], [294, 0.36, 0.3], [196, 0.72, 0.55]] },
};

export class Sounder {
  #context = null;
  #tone = "";
  #timer = null;

  constructor(onChange) {
    this.onChange = onChange;
    const unlock = () => this.#unlock();
    // Which of these counts as a gesture differs between browsers and keys.
    for (const gesture of ["keydown", "keyup", "pointerdown", "pointerup"]) {
      document.addEventListener(gesture, unlock);
    }
    setInterval(() => navigator.userActivation?.hasBeenActive && unlock(), 500);
    unlock(); // a kiosk may allow it without a gesture
  }

  get on() {
    return this.#context?.state === "running";
  }

  get tone() {
    return this.#tone;
  }

  #unlock() {
    if (this.#context === null) {
      this.#context = new AudioContext();
      this.#context.addEventListener("statechange", () => {
        if (this.on && this.#tone) this.#repeat();
        this.onChange();
      });
    }
    if (!this.on) this.#context.resume().catch(() => {});
  }

  // Play this tone from now on; "" is silence. The same tone again goes on undisturbed.
  play(tone) {
    if (tone === this.#tone) return;
    this.#tone = tone;
    clearTimeout(this.#timer);
    if (tone && this.on) this.#repeat();
    this.onChange();
  }

  #repeat() {
    clearTimeout(this.#timer);
    const { every } = TONES[this.#tone];
    this.#sound(TONES[this.#tone]);
    if (every !== null) this.#timer = setTimeout(() => this.#repeat(), every);
  }

  #sound({ wave, gain, notes }) {
    const start = this.#context.currentTime + 0.02;
    const loud = (gain * volume()) / 100;
    for (const [pitch, after, length] of notes) {
      const voice = this.#context.createOscillator();
      const envelope = this.#context.createGain();
      voice.type = wave;
      voice.frequency.value = pitch;
      envelope.gain.setValueAtTime(0, start + after);
      envelope.gain.linearRampToValueAtTime(loud, start + after + 0.02);
      envelope.gain.setValueAtTime(loud, start + after + length - 0.05);
      envelope.gain.linearRampToValueAtTime(0, start + after + length);
      voice.connect(envelope).connect(this.#context.destination);
      voice.start(start + after);
      voice.stop(start + after + length + 0.02);
    }
  }
}
