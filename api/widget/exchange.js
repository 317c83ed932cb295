// One question (or "I'm stuck") and everything that came of it, on the screen.

import { AnswerView } from "./answer.js";
import { h } from "./dom.js";
import { problemBox, stuckReply, verdictBar } from "./feedback.js";

export class ExchangeView {
  #record;
  #context;
  #acts;
  #body = h("div", { class: "reply-body" });
  #answer = null;

  /** `acts` are what its buttons do: `tell(kind, text?)`, `retry()`, and `edit()` where there is a text to edit. */
  constructor(record, context, acts) {
    this.#record = record;
    this.#context = context;
    this.#acts = acts;
    const stuck = record.kind === "stuck";
    const who = h("span", { class: "aloud" }, `${context.say(stuck ? "stuck_said" : "you")} `);
    const said = h("p", { class: stuck ? "question stuck" : "question" }, who, record.asked);
    this.node = h("li", { class: "exchange" }, said, this.#body);
    this.#restore();
  }

  /** An empty answer that says we are looking. */
  begin() {
    this.#answer = new AnswerView(this.#context);
    this.#body.replaceChildren(this.#answer.node);
  }

  append(text) {
    this.#answer.append(text);
  }

  cite(citation) {
    this.#answer.cite(citation);
  }

  pause() {
    this.#answer.status(this.#context.say("reconnecting"));
  }

  finish(streamed) {
    this.#answer.finish(this.#record, streamed);
    this.#body.append(verdictBar(this.#record, this.#context, this.#acts.tell));
  }

  stop() {
    this.#answer.halt(this.#context.say("stopped"));
  }

  fail() {
    if (this.#record.kind === "stuck") this.#body.replaceChildren();
    else this.#answer.halt(null);
    this.#body.append(problemBox(this.#record.problem, this.#context, this.#acts));
  }

  waitStuck() {
    this.#body.replaceChildren(h("p", { class: "status", role: "status" }, this.#context.say("stuck_waiting")));
  }

  showStuck() {
    this.#body.replaceChildren(stuckReply(this.#record.reply, this.#context));
  }

  get words() {
    return this.#body.textContent;
  }

  #restore() {
    const { kind, state, text, citations } = this.#record;
    if (kind === "turn") {
      this.begin();
      if (state === "done") return this.finish("");
      if (text) this.append(text);
      citations.forEach((citation) => this.cite(citation));
    } else if (state === "done") {
      return this.showStuck();
    }
    if (state === "stopped") this.stop();
    if (state === "failed") this.fail();
  }
}
