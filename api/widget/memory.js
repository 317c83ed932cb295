// Keeps a conversation for as long as the tab lives, so that opening a lesson or reloading loses nothing.

// A tab's storage is about 5 MB; answers with their quotes stay far below that.
const KEPT_EXCHANGES = 40;

export class Memory {
  #key;

  constructor(server, product) {
    this.#key = `learning-companion:${server}:${product}`;
    this.state = { conversation: null, exchanges: [], draft: "", open: false };
    try {
      Object.assign(this.state, JSON.parse(sessionStorage.getItem(this.#key)));
    } catch {
      // Storage may be forbidden (a sandboxed frame) or damaged: begin anew.
    }
  }

  keep(changes = {}) {
    Object.assign(this.state, changes);
    try {
      const kept = { ...this.state, exchanges: this.state.exchanges.slice(-KEPT_EXCHANGES) };
      sessionStorage.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // Full or forbidden: what is on the screen goes on without being kept.
    }
  }
}
