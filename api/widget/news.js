// Looks after questions that wait for a person, on a later day too: ever more rarely, and only while one waits.

import { Problem } from "./service.js";
import { recall, retain } from "./storage.js";

const PAUSES_S = [10, 20, 40, 60, 120, 300];

export class News {
  #service;
  #waits;
  #tell;
  #timer = 0;
  #looked = 0;

  /** `tell(handOver)` is called for each that was decided, again at every look. */
  constructor(service, product, tell) {
    this.#service = service;
    this.#waits = `companion-waiting-${product}`;
    this.#tell = tell;
  }

  /** Asks at once where something waits: who comes back wants to know. */
  begin() {
    if (recall(this.#waits)) this.#look();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  watch() {
    retain(this.#waits, "1");
    this.#looked = 0;
    this.#plan();
  }

  #plan() {
    clearTimeout(this.#timer);
    const pause = PAUSES_S[Math.min(this.#looked, PAUSES_S.length - 1)];
    this.#timer = setTimeout(() => this.#look(), pause * 1000);
  }

  async #look() {
    this.#looked += 1;
    try {
      const all = document.hidden ? null : await this.#service.handOvers();
      if (this.#timer === null) return;
      all?.filter(({ state }) => state !== "waiting").forEach(this.#tell);
      if (all && !all.some(({ state }) => state === "waiting")) retain(this.#waits, null);
      else this.#plan();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#plan();
    }
  }
}
