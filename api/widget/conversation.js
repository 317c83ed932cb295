// The exchanges of one conversation: asks, follows the answer, remembers, and goes on after a page change.

import { h } from "./dom.js";
import { ExchangeView } from "./exchange.js";
import { News } from "./news.js";
import { Problem, problemFrom } from "./service.js";
import { followTurn } from "./stream.js";

// After these the turn may well live on at the service, so "try again" takes it up instead of asking twice.
const TURN_LIVES_ON = new Set(["offline", "unreachable", "cut", "busy"]);

export class Conversation {
  #context;
  #service;
  #memory;
  #screen;
  #running = null;
  #news;
  #views = new Map();

  /** `screen`: `changed()`, `follow(node)`, `announce(words)`, `edit(text)` and `place()`, given by the element. */
  constructor({ context, service, memory, screen }) {
    this.#context = context;
    this.#service = service;
    this.#memory = memory;
    this.#screen = screen;
    this.#news = new News(service, context.product, (told) => this.#hand(told));
    this.node = h("ol", { class: "exchanges" });
  }

  get busy() {
    return this.#running !== null;
  }

  get empty() {
    return this.#memory.state.exchanges.length === 0;
  }

  /** Whether a person has answered or declined something that the learner was not shown yet. */
  get hasNews() {
    return this.#unseen().length > 0;
  }

  /** What became of questions to people stands on the screen now: the service hears of it. */
  seen() {
    for (const { handOver } of this.#unseen()) {
      handOver.told = true;
      this.#service.settle(handOver, "POST").catch(() => {});
    }
    this.#memory.keep();
  }

  #unseen() {
    const handed = this.#memory.state.exchanges.filter(({ handOver }) => handOver && !handOver.told);
    return handed.filter(({ handOver }) => handOver.state === "answered" || handOver.state === "declined");
  }

  /** Shows what this tab remembers; an answer cut off by leaving the page is taken up from its first event. */
  restore() {
    const views = this.#memory.state.exchanges.map((record) => this.#show(record));
    this.#news.begin();
    const last = this.#memory.state.exchanges.at(-1);
    if (last?.state !== "running") return;
    if (last.first) this.#run(last, views.at(-1), last.first);
    else this.#fail(last, views.at(-1), new Problem("cut"));
  }

  /** `want` is what a button says instead of words. */
  ask(text, want) {
    const record = { kind: "turn", asked: text, want, ...this.#screen.place(), ...unanswered() };
    this.#run(record, this.#add(record));
  }

  /** Hands a question to a person: that of an exchange, else the note's own. Rejects where it could not be sent. */
  async askPerson({ note, called }, record = null) {
    const { lesson, block, second } = { ...this.#screen.place(), ...record };
    const told = await this.#service.later("hand-overs", {
      consent: true,
      conversation: this.#memory.state.conversation ?? undefined,
      turn: record?.turn,
      note,
      called,
      lesson: lesson ?? undefined,
      block: block ?? undefined,
      second: second ?? undefined,
      locale: this.#context.language,
    });
    this.#memory.keep({ conversation: told.conversation });
    if (told.state === "waiting") this.#news.watch();
    this.#hand(told, record);
  }

  /** Shows what became of a question to a person, where it was asked; what was asked in another tab is shown anew. */
  #hand(told, asked = null) {
    const known = this.#memory.state.exchanges;
    const record = asked ?? known.find(({ handOver }) => handOver?.id === told.id);
    if (record ? record.handOver?.state === told.state : told.told || told.state === "withdrawn") return;
    if (record) {
      record.handOver = told;
      this.#views.get(record).showPerson();
    } else {
      this.#add({ kind: "person", asked: told.question, state: "done", handOver: told });
    }
    this.#memory.keep();
    this.#screen.changed();
    const view = this.#views.get(record ?? known.at(-1));
    this.#screen.announce(view.words);
    this.#screen.follow(view.node);
  }

  async #takeBack(record) {
    try {
      this.#hand(await (await this.#service.settle(record.handOver, "DELETE")).json(), record);
    } catch (error) {
      // Somebody was quicker: what they said is the better news.
      if (!(error instanceof Problem)) throw error;
      this.#news.begin();
    }
  }

  tellStuck(text, lesson) {
    const record = { kind: "stuck", asked: text, lesson, ...unanswered() };
    this.#findWayOn(record, this.#add(record));
  }

  stop() {
    this.#running?.abort();
  }

  /** Lets go of the line without calling the answer stopped: whoever comes next takes it up. */
  leave() {
    this.#news.stop();
    this.#halt();
  }

  #halt() {
    const running = this.#running;
    this.#running = null;
    running?.abort();
  }

  forget() {
    this.#halt();
    this.#memory.keep({ conversation: null, exchanges: [] });
    this.#views.clear();
    this.node.replaceChildren();
    this.#screen.changed();
  }

  #add(record) {
    this.#memory.state.exchanges.push(record);
    this.#memory.keep();
    return this.#show(record);
  }

  #show(record) {
    const view = new ExchangeView(record, this.#context, {
      tell: (kind, text) => this.#tell(record, kind, text),
      tellMe: () => this.#service.later("news", { item: record.reply.item }),
      retry: () => this.#again(record, view),
      edit: record.kind === "turn" ? () => this.#edit(record, view) : null,
      hint: () => this.busy || this.ask(this.#context.say("hint"), "hint"),
      askPerson: (words) => this.askPerson(words, record),
      takeBack: () => this.#takeBack(record),
    });
    this.#views.set(record, view);
    this.node.append(view.node);
    return view;
  }

  async #run(record, view, place = null) {
    const running = (this.#running = new AbortController());
    Object.assign(record, unanswered(), { first: place });
    view.begin();
    this.#screen.changed();
    this.#screen.follow(view.node);
    try {
      await followTurn(this.#service, {
        question: this.#question(record),
        place,
        signal: running.signal,
        onEvent: (type, told, at) => this.#hear(type, told, { record, view, at }),
        onPause: () => view.pause(),
      });
    } catch (error) {
      if (this.#running !== running) return;
      if (error.kind === "unknown" && !place && this.#memory.state.conversation) {
        // The service may have been set up anew since this tab was opened; a learner need not care about that.
        this.#memory.keep({ conversation: null });
        return this.#run(record, view);
      }
      if (running.signal.aborted) this.#stopped(record, view);
      else this.#fail(record, view, error);
    }
    this.#running = null;
    this.#screen.changed();
  }

  #question({ asked: text, lesson, position, block, want }) {
    const { conversation } = this.#memory.state;
    // What is undefined does not reach the wire.
    return {
      text,
      lesson: lesson ?? undefined,
      position: position ?? undefined,
      block: block ?? undefined,
      want: want ?? undefined,
      conversation: conversation ?? undefined,
      // The reply follows the learner, whatever the page is in; a word or two of Latin letters may be a term.
      locale: /[а-яё]/i.test(text) ? "ru" : /([a-z]+\W+){3}[a-z]/i.test(text) ? "en" : this.#context.language,
    };
  }

  #hear(type, told, { record, view, at }) {
    switch (type) {
      case "meta":
        record.first = at;
        this.#memory.keep({ conversation: told.conversation });
        break;
      case "delta":
        record.text += told.text;
        view.append(told.text);
        break;
      case "citation":
        record.citations.push(told);
        view.cite(told);
        break;
      case "done":
        this.#finish(record, view, told);
        break;
      case "error":
        throw problemFrom(told.problem ?? {});
    }
    this.#screen.follow(view.node);
  }

  #finish(record, view, { turn, conversation, outcome, text, citations = [], nearest = [], gap = null, offers = [], move }) {
    const streamed = record.text;
    Object.assign(record, { state: "done", turn, outcome, text, citations, nearest, gap, offers, move });
    this.#memory.keep({ conversation });
    view.finish(streamed);
    const { say } = this.#context;
    const words = [say("answered_aloud", { text: text.replace(/\s*\[\d+\]/g, "") })];
    if (citations.length) words.push(say("quotes_aloud", { count: citations.length }));
    this.#screen.announce(words.join(" "));
  }

  #stopped(record, view) {
    record.state = "stopped";
    this.#memory.keep();
    view.stop();
  }

  #fail(record, view, error) {
    // A fault of ours ends as a told problem too, but the console must show where it is.
    if (!(error instanceof Problem)) console.error(error);
    const { kind, status, wait } = error instanceof Problem ? error : new Problem("broken");
    Object.assign(record, { state: "failed", problem: { kind, status, wait } });
    this.#memory.keep();
    view.fail();
    this.#screen.follow(view.node);
  }

  #again(record, view) {
    if (record.kind === "stuck") this.#findWayOn(record, view);
    else if (!this.busy) this.#run(record, view, TURN_LIVES_ON.has(record.problem.kind) ? record.first : null);
  }

  #edit(record, view) {
    const exchanges = this.#memory.state.exchanges.filter((other) => other !== record);
    this.#memory.keep({ exchanges });
    view.node.remove();
    this.#screen.changed();
    this.#screen.edit(record.asked);
  }

  async #tell(record, kind, text) {
    const { conversation } = this.#memory.state;
    await this.#service.tell({ kind, text, turn: record.turn, conversation });
    if (kind === "comment") return;
    record.vote = kind.slice("thumb_".length);
    this.#memory.keep();
  }

  async #findWayOn(record, view) {
    Object.assign(record, unanswered());
    view.waitStuck();
    this.#screen.changed();
    this.#screen.follow(view.node);
    try {
      const told = await this.#service.tell({ kind: "stuck", text: record.asked, lesson: record.lesson ?? undefined });
      Object.assign(record, { state: "done", reply: { nearest: told.nearest ?? [], case: told.case ?? null, item: told.id } });
      this.#memory.keep();
      view.showStuck();
      this.#screen.announce(view.words);
      this.#screen.follow(view.node);
    } catch (error) {
      this.#fail(record, view, error);
    }
  }
}

function unanswered() {
  return { state: "running", first: null, text: "", citations: [], problem: null };
}
