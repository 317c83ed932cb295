// One question (or "I'm stuck", or a question to a person) and everything that came of it, on the screen.

import { AnswerView } from "./answer.js";
import { h, lessonLink } from "./dom.js";
import { foldout, problemBox, stuckReply, verdictBar } from "./feedback.js";
import { personForm, personReply } from "./person.js";

const SAID = { turn: "you", stuck: "stuck_said", person: "person_said" };

export class ExchangeView {
  #record;
  #context;
  #acts;
  #body = h("div", { class: "reply-body" });
  #answer = null;
  #person = h("div", { class: "handed" });
  #press = null;

  /**
   * `acts` are what its buttons do: `tell(kind, text?)`, `retry()`, `edit()` where there is a text to edit, `hint()`,
   * `tellMe()`, `askPerson({note, called})` and `takeBack()`.
   */
  constructor(record, context, acts) {
    this.#record = record;
    this.#context = context;
    this.#acts = acts;
    const who = h("span", { class: "aloud" }, `${context.say(SAID[record.kind])} `);
    const said = h("p", { class: `question ${record.kind}` }, who, record.asked);
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
    this.#body.append(verdictBar(this.#record, this.#context, this.#acts.tell, this.#offers()), this.#person);
    if (this.#record.handOver) this.showPerson();
    else this.#person.replaceChildren(this.#press.box);
  }

  /** What may be done next with one press. */
  #offers() {
    const { offers = [], outcome } = this.#record;
    const { say, product } = this.#context;
    const strong = offers.includes("person") || outcome === "declined" ? "strong" : "";
    const form = (cancel) => personForm(this.#context, { submit: (words) => this.#acts.askPerson(words), cancel });
    this.#press = foldout(say("ask_person"), form, strong);
    const buttons = [];
    if (offers.includes("hint")) {
      buttons.push(h("button", { type: "button", class: "quiet strong", onclick: () => this.#acts.hint() }, say("hint")));
    }
    if (offers.includes("plan")) {
      const link = lessonLink(say("plan"), `/p/${encodeURIComponent(product)}/plan`, this.#context);
      link.className = "quiet strong";
      buttons.push(link);
    }
    return [...buttons, this.#press.button];
  }

  /** What became of the question a person was asked; the focus goes along when it was in the form. */
  showPerson() {
    const held = this.#person.contains(this.#person.getRootNode().activeElement);
    const told = personReply(this.#record.handOver, this.#context, () => this.#acts.takeBack());
    this.#person.replaceChildren(told);
    if (this.#press) this.#press.button.hidden = true;
    if (this.#record.kind === "person" && !this.#person.parentNode) this.#body.replaceChildren(this.#person);
    if (held) (told.querySelector("button") ?? told).focus();
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
    this.#body.replaceChildren(stuckReply(this.#record.reply, this.#context, this.#acts.tellMe));
  }

  get words() {
    return (this.#record.handOver ? this.#person : this.#body).textContent;
  }

  #restore() {
    const { kind, state, text, citations } = this.#record;
    if (kind === "turn") {
      this.begin();
      if (state === "done") return this.finish("");
      if (text) this.append(text);
      citations.forEach((citation) => this.cite(citation));
    } else if (kind === "person") {
      return this.showPerson();
    } else if (state === "done") {
      return this.showStuck();
    }
    if (state === "stopped") this.stop();
    if (state === "failed") this.fail();
  }
}
