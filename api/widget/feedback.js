// What a learner says back: a thumb, a comment, "I'm stuck"; and what to tell a learner when something broke.

import { lessonList } from "./answer.js";
import { h, icon, lessonLink } from "./dom.js";
import { Problem } from "./service.js";

// Both answers of "I'm stuck" and the blank line between them fit into the 8,000 characters the service takes.
const LONGEST_COMMENT = 3900;

/** Thumbs, a comment and `more` under one answer. `send(kind, text?)` resolves once the service has recorded it. */
export function verdictBar(record, context, send, more) {
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
      if (vote === "down") flip(true, false);
    } catch (error) {
      showVote(before ?? "none");
      answer(shortWords(error, context), true);
    }
  }

  const { button, box, flip } = foldout(say("comment"), (close) =>
    wordsForm(context, {
      fields: [{ name: "comment", label: say("comment_label"), rows: 3, required: true }],
      send: say("comment_send"),
      async submit({ comment }) {
        await send("comment", comment);
        close();
        answer(say("thanks"));
      },
      cancel: close,
    }),
  );

  return h("div", { class: "verdict" }, h("div", { class: "row" }, ...thumbs, button, ...more, reply), box);
}

/** A button and the box it opens and closes, with the form that `make(close)` builds when it is first wanted. */
export function foldout(words, make, shape = "") {
  const box = h("div", { hidden: true });
  const flip = (open = box.hidden, takeFocus = true) => {
    if (!box.firstChild) box.append(make(() => flip(false)));
    box.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (takeFocus) (open ? box.querySelector("textarea") : button).focus();
  };
  const attributes = { type: "button", class: `quiet ${shape}`, "aria-expanded": "false", onclick: () => flip() };
  const button = h("button", attributes, words);
  return { button, box, flip };
}

/**
 * A form of text fields `{name, label, required, rows, most, line}`. `submit` takes what was written, trimmed, by name;
 * where it fails the words stay and the trouble is told.
 */
export function wordsForm(context, { title, intro, fields, send, submit, cancel, shape = "" }) {
  const { say } = context;
  const inputs = fields.map(({ name, required, rows = 2, most = LONGEST_COMMENT, line }) =>
    h(line ? "input" : "textarea", { name, rows: line ? null : rows, maxlength: most, required }),
  );
  const trouble = h("p", { class: "reply broken", role: "alert", hidden: true });
  const sender = h("button", { type: "submit", class: "solid" }, send);
  // A button that is disabled loses the focus, and whoever works by keyboard their place.
  let sending = false;
  async function onsubmit(event) {
    event.preventDefault();
    const empty = inputs.find((input) => input.required && !input.value.trim());
    if (empty) return empty.focus();
    if (sending) return;
    sending = true;
    trouble.hidden = true;
    try {
      await submit(Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()])));
      for (const input of inputs) input.value = "";
    } catch (error) {
      trouble.textContent = shortWords(error, context);
      trouble.hidden = false;
    } finally {
      sending = false;
    }
  }
  return h(
    "form",
    { class: `form ${shape}`, onsubmit, "aria-label": title ?? intro },
    title ? h("h2", {}, title) : null,
    intro ? h("p", {}, intro) : null,
    ...fields.map(({ label }, place) => h("label", {}, h("span", {}, label), inputs[place])),
    trouble,
    h("div", { class: "row" }, sender, h("button", { type: "button", class: "quiet", onclick: cancel }, say("cancel"))),
  );
}

/** The form behind "I'm stuck"; `submit({where, tried})` takes the two answers. */
export function stuckForm(context, { submit, cancel }) {
  const { say } = context;
  return wordsForm(context, {
    title: say("stuck_title"),
    fields: [
      { name: "where", label: say("stuck_where"), required: true },
      { name: "tried", label: say("stuck_tried") },
    ],
    send: say("stuck_send"),
    submit,
    cancel,
    shape: "stuck-form",
  });
}

/** What the service offers to somebody who is stuck: lessons to look at again, somebody else's case, and to be told by
 * `tellMe()` once it is mended. */
export function stuckReply({ nearest, case: example, item }, context, tellMe) {
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
  const note = h("p", { class: "note", role: "status" }, parts.length ? "" : say("stuck_nothing"), say("stuck_recorded"));
  const onclick = async () => {
    try {
      await tellMe();
      button.remove();
      note.append(say("thanks_vote"));
    } catch (error) {
      note.append(shortWords(error, context));
    }
  };
  const button = h("button", { type: "button", class: "quiet", onclick }, say("tell_me"));
  return h("div", { class: "answer" }, ...parts, note, item ? button : null);
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
