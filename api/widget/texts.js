// Chooses the language and looks words up. The words themselves live in texts/*.json.

import { TEXTS } from "./embedded.js";

/** The element's own `lang`, else the page's, else the browser's; English where we speak neither. */
export function chooseLanguage(element) {
  const page = element.parentElement?.closest("[lang]")?.lang;
  for (const wish of [element.getAttribute("lang"), page, ...navigator.languages]) {
    const language = (wish || "").slice(0, 2).toLowerCase();
    if (language in TEXTS) return language;
  }
  return "en";
}

/** A function from a key to its words, with `{name}` filled from `values`. */
export function speakerOf(language) {
  return (key, values = {}) => TEXTS[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}
