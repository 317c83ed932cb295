// Server-sent events out of a fetch body, and one turn followed to its end over a line that may break.
// EventSource is no use here: it cannot send a question.

import { Problem, readText } from "./service.js";

// Two attempts: a phone that changes networks is back within seconds, and a learner should not wait longer unasked.
const PAUSES_MS = [700, 2500];

const WORTH_ANOTHER_TRY = new Set(["offline", "unreachable", "cut", "busy"]);

/** Takes text in any pieces and calls `onEvent({type, data, id})` for each whole event. */
export function eventParser(onEvent) {
  let rest = "";
  let afterReturn = false;
  let type = "";
  let data = [];
  let id = "";

  function line(text) {
    if (text === "") {
      if (data.length) onEvent({ type: type || "message", data: data.join("\n"), id });
      type = "";
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    const field = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (field === "event") type = value;
    else if (field === "data") data.push(value);
    else if (field === "id" && !value.includes("\0")) id = value;
  }

  return (text) => {
    // A chunk may end between CR and LF: the line was closed by the CR, so the LF that follows closes nothing.
    const chunk = afterReturn && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") afterReturn = text.endsWith("\r");
    const lines = (rest + chunk).split(/\r\n|\r|\n/);
    rest = lines.pop();
    lines.forEach(line);
  };
}

async function* readEvents(body) {
  const whole = [];
  const parse = eventParser((event) => whole.push(event));
  for await (const text of readText(body)) {
    parse(text);
    yield* whole.splice(0);
  }
}

/**
 * Asks, or goes on from `place` ({turn, conversation, last}), until the turn's last event.
 * `onEvent(type, data, place)` is called for each; a broken line is taken up again twice, with `onPause()` before each.
 * Throws a Problem when that fails, and the signal's own error when it was stopped.
 */
export async function followTurn(service, { question, place, signal, onEvent, onPause }) {
  let at = place;
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = at ? await service.resume(at, signal) : await service.ask(question, signal);
      for await (const { type, data, id } of eventsOf(response)) {
        const told = parsed(data);
        if (type === "meta") at = { turn: told.turn, conversation: told.conversation, last: id };
        else if (at && id) at = { ...at, last: id };
        onEvent(type, told, at);
        if (type === "done" || type === "error") return;
      }
      throw new Problem("cut");
    } catch (error) {
      if (signal.aborted) throw error;
      const problem = error instanceof Problem ? error : new Problem("cut");
      if (!at || attempt >= PAUSES_MS.length || !WORTH_ANOTHER_TRY.has(problem.kind)) throw settled(problem, at);
      onPause();
      await pause(PAUSES_MS[attempt], signal);
    }
  }
}

/** A proxy may drop the wish for a stream; then the whole answer comes as one piece of JSON. */
async function* eventsOf(response) {
  if (response.headers.get("Content-Type")?.startsWith("text/event-stream")) yield* readEvents(response.body);
  else yield { type: "done", data: await response.text(), id: "" };
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new Problem("broken");
  }
}

/** Once a turn has begun, "not there" is about the turn and not about the course. */
function settled(problem, place) {
  return place && problem.kind === "unknown" ? new Problem("gone") : problem;
}

function pause(milliseconds, signal) {
  return new Promise((go, refuse) => {
    const timer = setTimeout(go, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      refuse(signal.reason);
    });
  });
}
