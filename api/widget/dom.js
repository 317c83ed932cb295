// Builds nodes. Words from people and models only ever become text nodes here, so no markup of theirs can run.

/** An element with attributes and children; an `on…` attribute is a listener; null children are left out. */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SHAPES = {
  ask: "M4 5.5h16v11H11l-4.5 3.5v-3.5H4z",
  send: "M12 19.5v-15M5.5 11 12 4.5l6.5 6.5",
  stop: "M7.5 7.5h9v9h-9z",
  close: "m6.5 6.5 11 11m0-11-11 11",
  fresh: "M12 5.5v13M5.5 12h13",
  up: "M4 10.5h3.5v9H4zm3.5 0 4-7c1.6 0 2.5 1.2 2.2 2.7l-.7 3.3h5a2 2 0 0 1 2 2.4l-1.2 6a2 2 0 0 1-2 1.6H7.5",
  down: "M4 13.5h3.5v-9H4zm3.5 0 4 7c1.6 0 2.5-1.2 2.2-2.7l-.7-3.3h5a2 2 0 0 0 2-2.4l-1.2-6a2 2 0 0 0-2-1.6H7.5",
};

/** A drawing that screen readers pass over: its button carries the words. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A link to a lesson, or plain text where the address is missing or is not a web address. */
export function lessonLink(words, url, context) {
  const address = webAddress(url, context.server);
  if (!address) return h("span", {}, words);
  // On our own pages the lesson opens in place and the conversation follows; a host's page must not be lost.
  const elsewhere = address.origin !== location.origin;
  return h(
    "a",
    { href: address.href, target: elsewhere && "_blank", rel: elsewhere && "noopener" },
    words,
    elsewhere ? h("span", { class: "aloud" }, ` ${context.say("new_tab")}`) : null,
  );
}

function webAddress(url, server) {
  if (!url) return null;
  try {
    // A service may live under a path of its host, which a plain "/p/…" would lose.
    const address = new URL(url.startsWith("/") ? server + url : url);
    return /^https?:$/.test(address.protocol) ? address : null;
  } catch {
    return null;
  }
}
