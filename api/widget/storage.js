// What a browser keeps of its learner beyond a tab. Where storage is forbidden it lasts as long as the page.

const UNKEPT = new Map();

export function recall(name) {
  try {
    return localStorage.getItem(name) ?? UNKEPT.get(name) ?? null;
  } catch {
    return UNKEPT.get(name) ?? null;
  }
}

/** Keeps a text under a name; null lets go of it. */
export function retain(name, text) {
  UNKEPT.set(name, text);
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    // Full or forbidden.
  }
}
