// <learning-companion>: the frame around a conversation: opening, typing, the empty state.

import { Conversation } from "./conversation.js";
import { h, icon } from "./dom.js";
import { STYLE } from "./embedded.js";
import { problemBox, stuckForm } from "./feedback.js";
import { Memory } from "./memory.js";
import { personForm } from "./person.js";
import { Problem, Service } from "./service.js";
import { chooseLanguage, speakerOf } from "./texts.js";

const LONGEST_QUESTION = 8000;
// The counter appears only when it matters: a number beside every question would feel like an exam.
const COUNTER_FROM = 7000;

// Known only while the script itself runs, so it is read here and not when an element appears.
const SCRIPT_HOME = document.currentScript?.src.replace(/\/widget\/v1\/[^/]*$/, "");

// Between the upper edge and the question an answer is scrolled to.
const BREATH_PX = 14;

const NARROW = matchMedia("(max-width: 34rem)");
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

class LearningCompanion extends HTMLElement {
  static observedAttributes = ["product", "lang", "mode", "server"];

  #root = this.attachShadow({ mode: "open" });
  #context;
  #service;
  #memory;
  #conversation;
  #describing = null;
  #scrolling = 0;
  #parts = null;

  /** Opens the assistant on an exercise, and at once asks for what a button of the page wants: "hint" or "person". */
  openOn({ block = null, want = null } = {}) {
    if (block) this.setAttribute("block", block);
    if (!this.#floating) this.scrollIntoView({ block: "nearest" });
    else if (!this.#parts.panel.open) this.#open();
    if (want === "hint" && !this.#conversation.busy) this.#conversation.ask(this.#context.say("hint"), want);
    if (want === "person") this.#toggle("person", true);
  }

  // A press on anything of the page that carries `data-companion`, with the exercise in `data-block`.
  #pressed = (event) => {
    const from = event.target.closest?.("[data-companion]");
    if (!from) return;
    event.preventDefault();
    this.openOn({ block: from.dataset.block, want: from.dataset.companion });
  };

  connectedCallback() {
    const style = new CSSStyleSheet();
    style.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [style];
    document.addEventListener("click", this.#pressed);
    this.#build();
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.#pressed);
    this.#leave();
  }

  #leave() {
    this.#describing?.abort();
    this.#describing = null;
    this.#conversation?.leave();
  }

  attributeChangedCallback(name, before, after) {
    if (this.#parts && before !== after) this.#build();
  }

  get #floating() {
    return this.getAttribute("mode") !== "inline";
  }

  // ── Building ──────────────────────────────────────────────────────────────

  #build() {
    this.#leave();
    const product = this.getAttribute("product") ?? "";
    const server = (this.getAttribute("server") ?? SCRIPT_HOME ?? location.origin).replace(/\/$/, "");
    const language = chooseLanguage(this);
    const context = { server, product, language, say: speakerOf(language), calm: () => CALM.matches };
    this.#context = context;
    this.#service = new Service(server, product);
    this.#memory = new Memory(server, product);
    const screen = {
      changed: () => this.#refresh(),
      follow: (node) => this.#follow(node),
      announce: (words) => (this.#parts.aloud.textContent = words),
      edit: (text) => this.#takeBack(text),
      place: () => this.#place(),
    };
    this.#conversation = new Conversation({ context, service: this.#service, memory: this.#memory, screen });
    this.#root.replaceChildren(...this.#frame());
    this.#type(this.#memory.state.draft);
    this.#refresh();
    if (!this.#floating) this.#describe();
    else if (this.#memory.state.open && !NARROW.matches) this.#open({ takeFocus: false });
    this.#conversation.restore();
    this.#toEnd();
  }

  #frame() {
    const { say, language } = this.#context;
    const start = h("div", { class: "start" });
    const log = h(
      "div",
      { class: "log", role: "region", "aria-label": say("log"), tabindex: "0" },
      start,
      this.#conversation.node,
    );
    const aloud = h("p", { class: "aloud", "aria-live": "polite" });
    const box = h("div", { class: "stuck-box", hidden: true });
    this.#parts = { start, log, aloud, box };
    const content = [this.#header(), log, box, this.#composer(), aloud];
    const about = { "aria-labelledby": "title", lang: language };
    if (!this.#floating) {
      this.#parts.panel = h("section", { class: "panel inline", ...about }, ...content);
      return [this.#parts.panel];
    }
    const panel = h("dialog", { class: "panel floating", ...about, onkeydown: (event) => this.#escape(event) }, ...content);
    // On a narrow screen the dialog is modal and has a way out of its own; ours also returns the focus.
    panel.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#close();
    });
    panel.addEventListener("click", (event) => this.#uncover(event));
    const launcher = h(
      "button",
      { type: "button", class: "launcher", lang: language, "aria-haspopup": "dialog", onclick: () => this.#open() },
      icon("ask"),
      h("span", {}, say("launch")),
    );
    Object.assign(this.#parts, { panel, launcher });
    return [launcher, panel];
  }

  #header() {
    const { say } = this.#context;
    const heading = h("h2", { id: "title" }, say("name"));
    const fresh = plainButton("fresh", say("fresh"), () => this.#forget());
    Object.assign(this.#parts, { heading, fresh });
    return h(
      "header",
      {},
      h("div", { class: "titles" }, heading, h("p", {}, say("promise"))),
      fresh,
      this.#floating ? plainButton("close", say("close"), () => this.#close()) : null,
    );
  }

  #composer() {
    const { say } = this.#context;
    const field = h("textarea", {
      rows: 1,
      maxlength: LONGEST_QUESTION,
      placeholder: say("placeholder"),
      "aria-label": say("placeholder"),
      "aria-describedby": "keys",
      enterkeyhint: "send",
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
    });
    const send = h("button", { type: "submit", class: "send" });
    const counter = h("span", { class: "counter", hidden: true });
    const toggles = { stuck: say("stuck"), person: say("ask_person") };
    const buttons = Object.entries(toggles).map(([kind, words]) => {
      const onclick = () => this.#toggle(kind);
      return h("button", { type: "button", class: "quiet", "data-form": kind, "aria-expanded": "false", onclick }, words);
    });
    Object.assign(this.#parts, { field, send, counter, buttons });
    return h(
      "form",
      { class: "composer", onsubmit: (event) => this.#submit(event) },
      h("div", { class: "field" }, field, send),
      h("div", { class: "row" }, ...buttons, h("span", { class: "keys", id: "keys" }, say("keys")), counter),
    );
  }

  /** Everything that depends on whether there is a conversation and whether an answer is under way. */
  #refresh() {
    const { send, log, start, fresh } = this.#parts;
    const { busy, empty } = this.#conversation;
    const label = this.#context.say(busy ? "stop" : "send");
    send.replaceChildren(icon(busy ? "stop" : "send"));
    send.setAttribute("aria-label", label);
    send.title = label;
    log.setAttribute("aria-busy", String(busy));
    start.hidden = !empty;
    fresh.hidden = empty;
    this.#tellNews();
  }

  /** Says on the closed assistant that somebody has answered; once it stands open, it was seen. */
  #tellNews() {
    const { panel, launcher } = this.#parts;
    if (!launcher || panel.open) this.#conversation.seen();
    else launcher.lastChild.textContent = this.#context.say(this.#conversation.hasNews ? "news" : "launch");
    launcher?.classList.toggle("news", this.#conversation.hasNews);
  }

  // ── Opening and closing ───────────────────────────────────────────────────

  #open({ takeFocus = true } = {}) {
    const { panel, launcher, field, log } = this.#parts;
    // A narrow screen is covered whole, so what lies beneath must not be reachable by Tab.
    if (NARROW.matches) panel.showModal();
    else panel.show();
    launcher.hidden = true;
    this.#memory.keep({ open: true });
    this.#tellNews();
    this.#describe();
    this.#toEnd();
    // A dialog takes the focus when it opens; one that only comes back on a new page must not.
    // On a phone the field would raise a keyboard over the very suggestions that help to begin.
    if (takeFocus) (NARROW.matches ? log : field).focus();
    else this.#root.activeElement?.blur();
  }

  #escape(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    this.#close();
  }

  /** A link to a place on this very page leads nowhere visible while the panel covers the screen. */
  #uncover(event) {
    const link = event.target.closest("a");
    const here = link && link.href.split("#")[0] === location.href.split("#")[0];
    if (here && this.#parts.panel.matches(":modal")) this.#close();
  }

  #close() {
    const { panel, launcher } = this.#parts;
    panel.close();
    launcher.hidden = false;
    this.#memory.keep({ open: false });
    launcher.focus();
  }

  /** The course's title and some questions to begin with: asked for when first needed, not on every page view. */
  async #describe() {
    const { say, product } = this.#context;
    const { start, heading } = this.#parts;
    if (this.#describing) return;
    const asking = (this.#describing = new AbortController());
    try {
      if (!product) throw new Problem("unset");
      start.replaceChildren(h("p", { class: "status" }, say("loading")));
      const course = await this.#service.describe(asking.signal);
      heading.textContent = course.title;
      heading.title = course.title;
      start.replaceChildren(...this.#welcome(course));
    } catch (error) {
      if (asking.signal.aborted) return;
      if (!(error instanceof Problem)) throw error;
      const retry = () => {
        this.#describing = null;
        this.#describe();
      };
      start.replaceChildren(problemBox(error, this.#context, { retry: product ? retry : null }));
    }
  }

  #welcome({ suggestions = [], lang }) {
    const { say } = this.#context;
    const chips = suggestions.map((text) =>
      h("li", {}, h("button", { type: "button", class: "chip", lang, onclick: () => this.#ask(text) }, text)),
    );
    const lead = h("p", { class: "lead" }, say("empty"));
    return chips.length ? [lead, h("h3", {}, say("examples")), h("ul", { class: "chips" }, ...chips)] : [lead];
  }

  // ── Typing ────────────────────────────────────────────────────────────────

  #key(event) {
    // Enter also confirms a word in an input method; that Enter is not meant for us.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!this.#conversation.busy) this.#askTyped();
    }
  }

  #submit(event) {
    event.preventDefault();
    if (this.#conversation.busy) this.#conversation.stop();
    else this.#askTyped();
    this.#parts.field.focus();
  }

  #typed() {
    const { field, counter } = this.#parts;
    const { length } = field.value;
    counter.hidden = length < COUNTER_FROM;
    counter.textContent = this.#context.say("left", { count: LONGEST_QUESTION - length });
    this.#memory.keep({ draft: field.value });
  }

  #type(text) {
    this.#parts.field.value = text;
    this.#typed();
  }

  #askTyped() {
    const text = this.#parts.field.value.trim();
    if (text && this.#ask(text)) this.#type("");
  }

  #ask(text) {
    if (this.#conversation.busy || !this.#context.product) return false;
    this.#conversation.ask(text);
    return true;
  }

  /** A refused question comes back into the field, before whatever has been typed since. */
  #takeBack(text) {
    const { field } = this.#parts;
    this.#type([text, field.value].filter(Boolean).join("\n"));
    field.focus();
  }

  #forget() {
    this.#conversation.forget();
    this.#parts.aloud.textContent = "";
    this.#parts.field.focus();
  }

  /** Opens the form of a button below the conversation, or closes it; `opening` where it must not close. */
  #toggle(kind, opening = this.#parts.box.hidden || this.#parts.box.dataset.form !== kind) {
    const { box, buttons } = this.#parts;
    if (opening && (box.dataset.form !== kind || !box.firstChild)) {
      box.dataset.form = kind;
      box.replaceChildren(kind === "stuck" ? this.#stuckForm() : this.#personForm());
    }
    box.hidden = !opening;
    for (const button of buttons) button.setAttribute("aria-expanded", String(opening && button.dataset.form === kind));
    (opening ? box.querySelector("textarea") : buttons.find((button) => button.dataset.form === kind)).focus();
  }

  /** Closes the form for good: the next press opens an empty one. */
  #done(kind) {
    this.#toggle(kind, false);
    this.#parts.box.replaceChildren();
  }

  #stuckForm() {
    const submit = ({ where, tried }) => {
      this.#done("stuck");
      this.#conversation.tellStuck([where, tried].filter(Boolean).join("\n\n"), this.getAttribute("lesson"));
    };
    return stuckForm(this.#context, { submit, cancel: () => this.#toggle("stuck", false) });
  }

  #personForm() {
    const submit = async (words) => {
      await this.#conversation.askPerson(words);
      this.#done("person");
    };
    return personForm(this.#context, { own: true, submit, cancel: () => this.#toggle("person", false) });
  }

  /** Where on the host's page the learner is: lesson, furthest lesson, exercise, and second of the recording. */
  #place() {
    const [lesson, position, block] = ["lesson", "position", "block"].map((name) => this.getAttribute(name));
    const player = lesson && [...document.querySelectorAll("video, audio")].find(({ currentTime }) => currentTime > 0);
    return { lesson, position, block, second: player ? Math.floor(player.currentTime) : null };
  }

  // ── Scrolling ─────────────────────────────────────────────────────────────

  #toEnd() {
    const { log } = this.#parts;
    log.scrollTop = log.scrollHeight;
  }

  /** Goes along with an answer, but never past its question: who reads slowly keeps the beginning. */
  #follow(node) {
    // Deltas come faster than frames, and reading positions forces a layout.
    if (this.#scrolling) return;
    this.#scrolling = requestAnimationFrame(() => {
      this.#scrolling = 0;
      const { log } = this.#parts;
      const top = node.offsetTop - log.offsetTop - BREATH_PX;
      if (log.scrollTop < top) log.scrollTop = Math.min(top, log.scrollHeight);
    });
  }
}

function plainButton(shape, label, onclick) {
  return h("button", { type: "button", class: `plain ${shape}`, title: label, "aria-label": label, onclick }, icon(shape));
}

// The script may be on a page twice; the first one wins.
if (!customElements.get("learning-companion")) customElements.define("learning-companion", LearningCompanion);
