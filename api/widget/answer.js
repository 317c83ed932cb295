// Shows one answer: its text as it arrives, its quotes, and what to do when the course does not know.

import { h, lessonLink } from "./dom.js";

// What may still turn into a marker, a paragraph or a list item once the next piece is here.
const UNDECIDED = /(?:\[\d{0,3}|\n+-?|^-)$/;
const LAST_WORD = /(\S{1,30})\s+$/;
const PIECES = /\n+|\[[1-9]\d{0,2}\]|[^\n[]+|\[/g;

/** Appends streamed text to `box` as paragraphs, `- ` lists and `[n]` buttons, touching only its last node. */
class AnswerText {
  #box;
  #openQuote;
  #say;
  #waiting = "";
  #block = null;
  #lineStart = true;
  #breaks = 2;

  constructor(box, { say, openQuote }) {
    this.#box = box;
    this.#say = say;
    this.#openQuote = openQuote;
  }

  append(text) {
    const all = this.#waiting + text.replaceAll("\r", "");
    const from = all.search(UNDECIDED);
    this.#waiting = from < 0 ? "" : all.slice(from);
    this.#write(from < 0 ? all : all.slice(0, from));
  }

  finish() {
    this.#write(this.#waiting.trimEnd());
    this.#waiting = "";
  }

  #write(text) {
    for (const [piece] of text.matchAll(PIECES)) {
      if (piece[0] === "\n") {
        this.#breaks = piece.length;
        this.#lineStart = true;
      } else {
        this.#place(piece);
      }
    }
  }

  #place(piece) {
    const item = this.#lineStart && piece.startsWith("- ");
    const words = item ? piece.slice(2) : piece;
    if (item) this.#block = this.#list().appendChild(h("li"));
    else if (!this.#block || (this.#lineStart && this.#breaks > 1)) this.#block = this.#box.appendChild(h("p"));
    else if (this.#lineStart) this.#block.append(h("br"));
    this.#lineStart = false;
    const marker = /^\[(\d+)\]$/.exec(words);
    if (marker && this.#mayCite()) this.#mark(Number(marker[1]));
    else if (this.#block.lastChild?.nodeType === Node.TEXT_NODE) this.#block.lastChild.appendData(words);
    else if (words) this.#block.append(words);
  }

  /** A mark stands apart; brackets right behind a word are an index in somebody's code. */
  #mayCite() {
    const before = this.#block.lastChild;
    return before?.nodeType !== Node.TEXT_NODE || /\s$/.test(before.data);
  }

  /** Ties a mark to the word it follows: alone on the next line it would look like the start of something. */
  #mark(number) {
    const before = this.#block.lastChild;
    const [tail, word] = LAST_WORD.exec(before?.data ?? "") ?? [""];
    if (word) {
      before.data = before.data.slice(0, -tail.length);
      this.#block.append(h("span", { class: "tied" }, tail));
    } else if (before?.previousSibling?.className === "tied") {
      before.previousSibling.append(before);
    }
    const tied = this.#block.lastChild?.className === "tied";
    (tied ? this.#block.lastChild : this.#block).append(this.#marker(number));
  }

  #list() {
    const last = this.#box.lastElementChild;
    return last?.localName === "ul" ? last : this.#box.appendChild(h("ul"));
  }

  #marker(number) {
    const label = this.#say("open_source", { number });
    const onclick = () => this.#openQuote(number);
    return h("button", { type: "button", class: "marker", "aria-label": label, title: label, onclick }, `${number}`);
  }
}

/** The part of an exchange that the course says; the words around it come from `context.say`. */
export class AnswerView {
  #context;
  #text;
  #writer;
  #sources = new Map();
  #list;
  #status;
  #badge;

  constructor(context) {
    this.#context = context;
    this.#status = h("p", { class: "status" }, context.say("waiting"));
    this.#badge = h("p", { class: "badge", hidden: true });
    this.#text = h("div", { class: "text" });
    this.#list = h("ol", { class: "sources" });
    const sources = h("section", { class: "quotes", hidden: true }, h("h3", {}, context.say("sources")), this.#list);
    this.node = h("div", { class: "answer" }, this.#badge, this.#text, this.#status, sources);
    this.#begin();
  }

  append(text) {
    this.status(null);
    this.#writer.append(text);
  }

  cite(citation) {
    if (this.#sources.has(citation.number)) return;
    const source = this.#source(citation);
    this.#sources.set(citation.number, source);
    this.#list.append(source);
    this.#list.parentElement.hidden = false;
  }

  /** The finished answer. What was streamed stays as it is unless the service's last word differs. */
  finish(record, streamed) {
    this.status(null);
    if (streamed === record.text) {
      this.#writer.finish();
    } else {
      this.#text.replaceChildren();
      this.#begin();
      this.#writer.append(record.text);
      this.#writer.finish();
    }
    record.citations.forEach((citation) => this.cite(citation));
    if (record.outcome !== "answered") {
      // A decline says so in its own words already.
      const noted = record.gap && record.outcome === "partly" ? ` · ${this.#context.say("gap")}` : "";
      this.#badge.textContent = this.#context.say(record.outcome === "partly" ? "partly" : "declined") + noted;
      this.#badge.classList.add(record.outcome);
      this.#badge.hidden = false;
    }
    this.#dropDeadMarkers();
    // An answer in full has no need of other lessons.
    if ((record.move || record.outcome !== "answered") && record.nearest.length) {
      this.node.append(lessonList(this.#context.say("nearest"), record.nearest, this.#context));
    }
  }

  /** A stopped or broken answer: what had arrived stays, and stays usable. */
  halt(words) {
    this.#writer.finish();
    this.#dropDeadMarkers();
    this.status(words);
  }

  status(words) {
    this.#status.textContent = words ?? "";
    this.#status.hidden = !words;
  }

  #begin() {
    const openQuote = (number) => this.#open(number);
    this.#writer = new AnswerText(this.#text, { say: this.#context.say, openQuote });
  }

  #open(number) {
    const source = this.#sources.get(number);
    if (!source) return;
    const details = source.firstElementChild;
    details.open = true;
    details.firstElementChild.focus({ preventScroll: true });
    source.scrollIntoView({ block: "nearest", behavior: this.#context.calm() ? "auto" : "smooth" });
  }

  #source({ number, title, quote, locator }) {
    const { say } = this.#context;
    const summary = h(
      "summary",
      { "aria-label": say("source", { number, title }) },
      h("span", { class: "number" }, `${number}`),
      h("span", { class: "lesson" }, title),
    );
    const place = placeOf(locator, say);
    const words = place ? `${say("open_lesson")}: ${place}` : say("open_lesson");
    const link = locator?.url ? lessonLink(words, locator.url, this.#context) : null;
    link?.classList.add("open-lesson");
    return h("li", {}, h("details", {}, summary, h("blockquote", {}, quote), link));
  }

  /** A number in brackets that cites nothing is only text. */
  #dropDeadMarkers() {
    for (const marker of this.#text.querySelectorAll(".marker")) {
      if (!this.#sources.has(Number(marker.textContent))) marker.replaceWith(`[${marker.textContent}]`);
    }
  }
}

const PLACES = new Map([
  ["page", "place_page"],
  ["slide", "place_slide"],
  ["cell", "place_cell"],
]);

/** What a page, slide, cell or second is called; "" for a heading, which the lesson shows by itself. */
function placeOf(locator, say) {
  const number = locator?.value ?? "";
  if (locator?.kind === "time") {
    const [hours, minutes, seconds] = [Math.floor(number / 3600), Math.floor(number / 60) % 60, number % 60];
    const two = (each) => `${each}`.padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  }
  const words = PLACES.get(locator?.kind);
  return words ? say(words, { number }) : "";
}

/** A titled list of lessons to look at. */
export function lessonList(title, lessons, context) {
  const links = lessons.map((lesson) => h("li", {}, lessonLink(lesson.title, lesson.url, context)));
  return h("section", { class: "lessons" }, h("h3", {}, title), h("ul", {}, ...links));
}
