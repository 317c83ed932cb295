// What a learner says back: a thumb, a comment, "I'm stuck"; and what to tell a learner when something broke.

import { lessonList } from "./answer.js";
import { h, icon, lessonLink } from "./dom.js";
import { Problem } from "./service.js";

// Both answers of "I'm stuck" and the blank line between them fit into the 8,000 characters the service takes.
const LONGEST_COMMENT = 3900;

/** Thumbs and a comment under one answer. `send(kind, text?)` resolves once the service has recorded it. */
export function verdictBar(record, context, send) {
  const { say } = context;
  const reply = h("p", { class: "reply", hidden: true, role: "status" });
  const answer = (words, broken = false) => {
    reply.textContent = words;
    reply.classList.toggle("broken", broken);
    reply.hidden = false;
  };

  const thumbs = ["up", "down"].map((vote) => {
    const label = say(vote === "up" ? "good" : "bad");
    const pressed = String(record.vote === vote);
    const onclick = () => cast(vote);
    return h(
      "button",
      { type: "button", class: `thumb ${vote}`, "aria-label": label, title: label, "aria-pressed": pressed, onclick },
      icon(vote),
    );
  });
  const showVote = (vote) => {
    thumbs.forEach((thumb) => thumb.setAttribute("aria-pressed", String(thumb.classList.contains(vote))));
  };

  async function cast(vote) {
    if (record.vote === vote) return;
    const before = record.vote;
    showVote(vote);
    try {
      await send(`thumb_${vote}`);
      answer(say("thanks_vote"));
      // Somebody who was not helped can say why while it is fresh; nobody has to.
      if (vote === "down") reveal(true);
    } catch (error) {
      showVote(before ?? "none");
      answer(shortWords(error, context), true);
    }
  }

  const declined = record.outcome === "declined";
  const toggle = h(
    "button",
    { type: "button", class: declined ? "quiet strong" : "quiet", "aria-expanded": "false", onclick: () => flip() },
    say(declined ? "ask_person" : "comment"),
  );
  const form = commentForm({
    label: say(declined ? "ask_person_label" : "comment_label"),
    hint: declined ? say("ask_person_hint") : null,
    context,
    async send(text) {
      await send("comment", text);
      flip();
      answer(say("thanks"));
    },
    cancel: () => flip(),
  });
  form.hidden = true;

  function reveal(shown) {
    form.hidden = !shown;
    toggle.setAttribute("aria-expanded", String(shown));
  }
  function flip() {
    reveal(form.hidden);
    (form.hidden ? toggle : form.querySelector("textarea")).focus();
  }

  return h("div", { class: "verdict" }, h("div", { class: "row" }, ...thumbs, toggle, reply), form);
}

function commentForm({ label, hint, context, send, cancel }) {
  const { say } = context;
  const field = h("textarea", { rows: 3, maxlength: LONGEST_COMMENT, required: true });
  const trouble = h("p", { class: "reply broken", role: "alert", hidden: true });
  const submit = h("button", { type: "submit", class: "solid" }, say("comment_send"));
  async function onsubmit(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return field.focus();
    submit.disabled = true;
    trouble.hidden = true;
    try {
      await send(text);
      field.value = "";
    } catch (error) {
      trouble.textContent = shortWords(error, context);
      trouble.hidden = false;
    } finally {
      submit.disabled = false;
    }
  }
  return h(
    "form",
    { class: "form", onsubmit },
    h("label", {}, h("span", {}, label), hint ? h("small", {}, hint) : null, field),
    trouble,
    h("div", { class: "row" }, submit, h("button", { type: "button", class: "quiet", onclick: cancel }, say("cancel"))),
  );
}

/** The form behind "I'm stuck"; `submit(where, tried)` takes the two answers, trimmed. */
export function stuckForm(context, { submit, cancel }) {
  const { say } = context;
  const where = h("textarea", { rows: 2, maxlength: LONGEST_COMMENT, required: true, name: "where" });
  const tried = h("textarea", { rows: 2, maxlength: LONGEST_COMMENT, name: "tried" });
  function onsubmit(event) {
    event.preventDefault();
    if (!where.value.trim()) return where.focus();
    submit(where.value.trim(), tried.value.trim());
  }
  return h(
    "form",
    { class: "form stuck-form", onsubmit, "aria-label": say("stuck_title") },
    h("h2", {}, say("stuck_title")),
    h("label", {}, h("span", {}, say("stuck_where")), where),
    h("label", {}, h("span", {}, say("stuck_tried")), tried),
    h(
      "div",
      { class: "row" },
      h("button", { type: "submit", class: "solid" }, say("stuck_send")),
      h("button", { type: "button", class: "quiet", onclick: cancel }, say("cancel")),
    ),
  );
}

/** What the service offers to somebody who is stuck: lessons to look at again, and somebody else's case. */
export function stuckReply({ nearest, case: example }, context) {
  const { say } = context;
  const parts = [];
  if (nearest.length) parts.push(lessonList(say("stuck_nearest"), nearest, context));
  if (example) {
    parts.push(
      h(
        "aside",
        { class: "case" },
        h("p", { class: "badge example" }, say(example.is_example === false ? "case_graduate" : "case")),
        h("h3", {}, example.title),
        h("p", {}, example.situation),
        example.url ? lessonLink(say("case_open"), example.url, context) : null,
      ),
    );
  }
  parts.push(h("p", { class: "note" }, say(parts.length ? "stuck_recorded" : "stuck_nothing")));
  return h("div", { class: "answer" }, ...parts);
}

/** A problem as a box that says what happened, what to do, and offers to do it. */
export function problemBox(problem, context, { retry, edit }) {
  const { say } = context;
  const { title, words } = wordsFor(problem, context);
  const buttons = [];
  if (retry) buttons.push(h("button", { type: "button", class: "solid", onclick: retry }, say("retry")));
  if (edit) buttons.push(h("button", { type: "button", class: "quiet", onclick: edit }, say("edit")));
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("p", { class: "problem-title" }, title),
    h("p", {}, words),
    buttons.length ? h("div", { class: "row" }, ...buttons) : null,
  );
}

function wordsFor({ kind, wait }, { say, product }) {
  const values = { product, origin: location.origin, seconds: wait };
  const key = kind === "busy" && wait ? "busy_for" : kind;
  return { title: say(`${kind}_title`), words: say(key, values) };
}

function shortWords(error, context) {
  const problem = error instanceof Problem ? error : new Problem("broken");
  // The course was there a moment ago, so what is not known any more is the answer.
  if (problem.kind === "unknown") problem.kind = "gone";
  const { title, words } = wordsFor(problem, context);
  return `${title}. ${words}`;
}
