// Asking a person: what they will see is told before anything is sent, what became of it stands where it was asked.

import { h } from "./dom.js";
import { wordsForm } from "./feedback.js";

const LONGEST_NOTE = 2000;
const LONGEST_NAME = 80;

/** The form before a question is sent. `submit({note, called})` resolves once it was; `own` is a question of its own. */
export function personForm(context, { own, submit, cancel }) {
  const { say } = context;
  return wordsForm(context, {
    intro: say("consent"),
    fields: [
      { name: "note", label: say(own ? "person_question" : "person_note"), most: LONGEST_NOTE, required: own },
      { name: "called", label: say("person_called"), most: LONGEST_NAME, line: true },
    ],
    send: say("person_send"),
    submit,
    cancel,
  });
}

/** What became of a question; `takeBack` is there while it waits. */
export function personReply({ state, reply, reason, by }, { say }, takeBack) {
  if (state === "waiting") {
    const back = h("button", { type: "button", class: "quiet", onclick: takeBack }, say("person_back"));
    return h("div", {}, h("p", { class: "note" }, say("person_waiting")), back);
  }
  if (state === "withdrawn") return h("p", { class: "note" }, say("person_withdrawn"));
  const title = state === "declined" ? say("person_declined") : say(by ? "person_answered_by" : "person_answered", { by });
  const words = h("p", { class: "said" }, state === "declined" ? reason : reply);
  return h("aside", { class: "case", tabindex: "-1" }, h("p", { class: "badge example" }, title), words);
}
