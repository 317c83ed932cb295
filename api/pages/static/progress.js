// Keeps a reader's own progress: which lessons they marked as done, and that they opened one; and shows them help that
// is offered, and what was mended where they had trouble. Nothing is sent before there is a key for them, made by the first press of the button here or by their
// first question to the assistant; every page is whole without any of this.

const REOPENED_MS = 10 * 60_000;

class Progress {
  #place;
  #lesson;
  #service;
  #kept;
  // Where nothing may be stored the key lives as long as the page.
  #unkept = null;
  // A browser's clock may be wrong by hours; the service's is what times are told by.
  #aheadMs = 0;

  constructor(place) {
    this.#place = place;
    this.#lesson = place.dataset.lesson;
    this.#service = `/v1/products/${encodeURIComponent(place.dataset.product)}`;
    this.#kept = `companion-learner-${place.dataset.product}`;
  }

  async begin() {
    const button = this.#part("button.done");
    button?.addEventListener("click", () => this.#finish(button));
    if (button) button.hidden = false;
    if (!this.#key()) return;
    try {
      await this.#show();
      this.#showNews(await this.#read(`/news?locale=${document.documentElement.lang}`));
      if (this.#lesson) await this.#tell("opened", `-${Math.floor(Date.now() / REOPENED_MS)}`);
      if (this.#lesson) this.#showOffer(await this.#read(`/offers?locale=${document.documentElement.lang}`));
    } catch {
      // Nothing to show for now.
    }
  }

  async #finish(button) {
    button.disabled = true;
    this.#part(".trouble").hidden = true;
    try {
      if (!this.#key()) this.#keep((await this.#send("/learners", {})).learner);
      const taken = await this.#tell("completed");
      if (taken.refused.length) throw new Error(taken.refused[0].reason);
      await this.#show();
    } catch {
      this.#part(".trouble").hidden = false;
      button.disabled = false;
    }
  }

  async #show() {
    const progress = await this.#read("/progress");
    const completed = progress.lessons.filter((each) => each.state === "completed").map((each) => each.lesson);
    const done = new Set(completed);
    for (const item of document.querySelectorAll("li[data-lesson]")) {
      item.classList.toggle("is-done", done.has(item.dataset.lesson));
      item.querySelector(".done-mark").hidden = !done.has(item.dataset.lesson);
    }
    const count = this.#part(".count");
    if (count && done.size) {
      count.textContent = count.dataset.text.replace("{done}", done.size).replace("{all}", progress.lessons.length);
      count.hidden = false;
    }
    if (done.has(this.#lesson)) this.#showDone();
  }

  #showDone() {
    const button = this.#part("button.done");
    const told = this.#part(".is-marked");
    const held = document.activeElement === button || button.disabled;
    button.hidden = true;
    told.hidden = false;
    if (held) told.focus();
  }

  /** What was mended where they had trouble; gone once they say that they saw it, or follow it. */
  #showNews({ news }) {
    const section = document.querySelector(".news");
    const fresh = news.filter((each) => each.seen === null);
    if (!section || !fresh.length) return;
    for (const each of fresh) {
      const link = Object.assign(document.createElement("a"), { textContent: each.text, href: each.url });
      link.addEventListener("click", () => this.#saw([each]));
      const item = document.createElement("li");
      item.append(link);
      section.querySelector("ul").append(item);
    }
    section.querySelector("button").addEventListener("click", () => {
      this.#saw(fresh);
      section.hidden = true;
    });
    section.hidden = false;
  }

  #saw(news) {
    // Goes on while the page is left for the place itself.
    const options = { method: "POST", keepalive: true, headers: { Authorization: `Bearer ${this.#key()}` } };
    for (const { id } of news) fetch(`${this.#service}/news/${id}/seen`, options).catch(() => {});
  }

  #showOffer({ offer, dial }) {
    const section = document.querySelector(".help");
    const put = `companion-offer-${this.#place.dataset.product}`;
    if (!offer || this.#recall(put) === offer.id) return;
    const lesson = Object.assign(document.createElement("a"), { textContent: offer.title, href: offer.url });
    section.querySelector(".about").append(lesson);
    for (const reason of offer.reasons) {
      section.querySelector(".reasons").append(Object.assign(document.createElement("li"), { textContent: reason.text }));
    }
    const hint = section.querySelector("[data-companion=hint]");
    if (offer.reasons[0].block && offer.lesson === this.#lesson) hint.dataset.block = offer.reasons[0].block;
    const choice = section.querySelector("select");
    choice.value = dial;
    choice.addEventListener("change", () => {
      this.#send("/offers", { learner: this.#key(), dial: choice.value }).catch(() => (choice.value = dial));
    });
    for (const button of section.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        this.#retain(put, offer.id);
        section.hidden = true;
      });
    }
    section.hidden = false;
  }

  /** One event of this lesson, under an id that makes a second press or a reload harmless. */
  #tell(verb, nth = "") {
    const at = new Date(Date.now() - this.#aheadMs).toISOString();
    const event = { id: `${verb}-${this.#lesson}${nth}`, verb, lesson: this.#lesson, at };
    return this.#send("/events", { learner: this.#key(), events: [event] });
  }

  async #read(path) {
    // In a header, not in the address: logs and histories keep addresses.
    const response = await fetch(this.#service + path, { headers: { Authorization: `Bearer ${this.#key()}` } });
    if (response.status === 403) this.#forget();
    return this.#told(response);
  }

  async #send(path, body) {
    const headers = { "Content-Type": "application/json" };
    return this.#told(await fetch(this.#service + path, { method: "POST", headers, body: JSON.stringify(body) }));
  }

  #told(response) {
    const now = Date.parse(response.headers.get("date"));
    if (Number.isFinite(now)) this.#aheadMs = Math.max(0, Date.now() - now);
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  #part(selector) {
    return this.#place.querySelector(selector);
  }

  #key() {
    return this.#recall(this.#kept) ?? this.#unkept;
  }

  #keep(key) {
    this.#unkept = key;
    this.#retain(this.#kept, key);
  }

  /** The key of nobody: whoever it was had everything about them erased. */
  #forget() {
    this.#unkept = null;
    this.#retain(this.#kept, null);
  }

  #recall(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  }

  #retain(name, text) {
    try {
      if (text === null) localStorage.removeItem(name);
      else localStorage.setItem(name, text);
    } catch {
      // Full or forbidden.
    }
  }
}

const place = document.querySelector("[data-progress]");
if (place) new Progress(place).begin();
