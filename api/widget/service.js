// Talks to the service and says in one word what went wrong. Knows nothing of what is on the screen.

import { recall, retain } from "./storage.js";

// Long enough for a model that thinks before its first word, short enough to notice a line that died silently.
const SILENCE_MS = 60_000;

/** Something the learner has to be told: `kind` names the words, the rest fills them in. */
export class Problem extends Error {
  constructor(kind, { status = 0, type = "", wait = 0 } = {}) {
    super(kind);
    Object.assign(this, { kind, status, type, wait });
  }
}

const KIND_BY_STATUS = { 403: "refused", 404: "unknown", 413: "long", 422: "invalid", 503: "busy" };

export class Service {
  #base;
  #product;
  #learner;

  constructor(server, product) {
    this.#base = server;
    this.#product = `${server}/v1/products/${encodeURIComponent(product)}`;
    this.#learner = `companion-learner-${product}`;
  }

  async describe(signal) {
    return (await this.#fetch("", { signal })).json();
  }

  /** The reply to a question, its body still unread. */
  ask(question, signal) {
    return this.#say(question, (body) =>
      this.#fetch("/turns", { ...asJson(body), signal }, { Accept: "text/event-stream" }),
    );
  }

  /** The events of a turn after `place.last`; nothing is asked twice. */
  resume(place, signal) {
    const path = `/turns/${encodeURIComponent(place.turn)}?conversation=${encodeURIComponent(place.conversation)}`;
    return this.#fetch(path, { signal }, { Accept: "text/event-stream", "Last-Event-ID": place.last });
  }

  async tell(feedback) {
    return (await this.#say(feedback, (body) => this.#fetch("/feedback", asJson(body)))).json();
  }

  /** Hands a question over to a person ("hand-overs"), or asks to be told when a place is mended ("news"); from then on
   * this browser has a learner, so that they are told later. */
  async later(what, wish) {
    if (!recall(this.#learner)) retain(this.#learner, (await (await this.#fetch("/learners", asJson({}))).json()).learner);
    return (await this.#say(wish, (body) => this.#fetch(`/${what}`, asJson(body)))).json();
  }

  /** What became of this learner's questions to people, the earliest first. */
  async handOvers() {
    const path = `/hand-overs?learner=${encodeURIComponent(recall(this.#learner) ?? "")}`;
    return (await (await this.#fetch(path, {})).json()).hand_overs.reverse();
  }

  /** Takes a question back ("DELETE"), or says that its outcome was shown ("POST"). */
  settle({ id, conversation }, method) {
    const told = method === "POST" ? "/told" : "";
    const path = `/hand-overs/${encodeURIComponent(id)}${told}?conversation=${encodeURIComponent(conversation)}`;
    return this.#fetch(path, { method });
  }

  /** Says something for this browser's learner. A lesson that was renamed since, or a key of a home that was set up
   * anew, must not keep it from being said: it is worth as much without. */
  async #say(body, send) {
    const learner = recall(this.#learner) ?? undefined;
    try {
      return await send({ ...body, learner });
    } catch (error) {
      if (error.type === "lesson-not-found" && body.lesson !== undefined) {
        return this.#say({ ...body, lesson: undefined }, send);
      }
      if (error.status !== 403 || !learner) throw error;
      const response = await send(body);
      retain(this.#learner, null);
      return response;
    }
  }

  async #fetch(path, options, headers = {}) {
    let response;
    try {
      response = await fetch(this.#product + path, { ...options, headers: { ...options.headers, ...headers } });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new Problem(await this.#whyNoReply());
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  async #whyNoReply() {
    if (!navigator.onLine) return "offline";
    if (new URL(this.#base).origin === location.origin) return "unreachable";
    // The browser hides a refusal to another origin behind the same error as a dead service. An opaque request tells
    // them apart: it succeeds exactly when somebody is there.
    try {
      await fetch(`${this.#base}/healthz`, { mode: "no-cors", cache: "no-store" });
      return "refused";
    } catch {
      return "unreachable";
    }
  }
}

function asJson(body) {
  return { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

/** What a reply that is not 2xx says; `application/problem+json` where the service itself wrote it. */
async function problemOf(response) {
  const wait = Number(response.headers.get("Retry-After")) || 0;
  let told = {};
  try {
    told = await response.json();
  } catch {
    // A proxy's page instead of ours: its words mean nothing to a learner, the status is enough.
  }
  return problemFrom({ ...told, status: response.status }, wait);
}

export function problemFrom({ status, type, detail }, wait = 0) {
  // The service's own words are for whoever built the page: a learner is told ours, in the learner's language.
  if (detail) console.warn(`learning-companion: ${status} ${detail}`);
  const kind = KIND_BY_STATUS[status] ?? (status >= 400 && status < 500 ? "invalid" : "broken");
  return new Problem(kind, { status, type, wait });
}

/** The body's bytes as text, as they come; a character cut between two chunks arrives whole. */
export async function* readText(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await unlessSilent(reader.read());
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

async function unlessSilent(read) {
  let timer;
  const silence = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Problem("cut")), SILENCE_MS);
  });
  try {
    return await Promise.race([read, silence]);
  } finally {
    clearTimeout(timer);
  }
}
