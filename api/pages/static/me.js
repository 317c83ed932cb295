// What is kept about the learner of this browser: shown, corrected, taken along, erased. The key that proves them is in
// this browser's storage and goes in a header, never in an address.

const place = document.querySelector("[data-me]");
const texts = JSON.parse(place.dataset.texts);
const service = `/v1/products/${encodeURIComponent(place.dataset.product)}`;
const kept = `companion-learner-${place.dataset.product}`;

const part = (selector) => place.querySelector(selector);

const key = () => {
  try {
    return localStorage.getItem(kept);
  } catch {
    return null;
  }
};

const make = (tag, className, text = "") => {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
};

const press = (className, text, label, pressed) => {
  const button = make("button", className, text);
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.addEventListener("click", pressed);
  return button;
};

const tell = (text) => {
  const told = part(".told");
  told.textContent = text;
  told.hidden = false;
  told.focus();
};

const send = async (path, options = {}) => {
  const headers = { Authorization: `Bearer ${key()}`, "Content-Type": "application/json" };
  const response = await fetch(service + path, { ...options, headers });
  if (!response.ok) throw Object.assign(new Error(String(response.status)), { status: response.status });
  return response;
};

const attempt = async (doing) => {
  try {
    await doing();
  } catch (error) {
    if (error.status === 403) showNobody();
    else tell(texts.trouble);
  }
};

const showNobody = () => {
  part(".known").hidden = true;
  part(".nobody").hidden = false;
};

const change = (path, options, said) =>
  attempt(async () => {
    showMemory(await (await send(path, options)).json());
    tell(said);
  });

const showMemory = ({ uses, dial, items }) => {
  part(".uses").textContent = uses ? texts.remembered_lead : texts.remembered_not;
  part(".none").hidden = !uses || items.length > 0;
  part(".delete-all").hidden = items.length === 0;
  part(".items").replaceChildren(...items.map(shown));
  for (const choice of place.querySelectorAll("[name=dial]")) choice.checked = choice.value === dial;
};

const shown = (item) => {
  const row = document.createElement("li");
  row.append(make("span", "kind", `${texts[`kind_${item.kind}`]}: `), make("span", "text", item.text));
  if (item.said) row.append(make("p", "said", texts.said.replace("{said}", () => item.said)));
  const label = (name) => texts[name].replace("{text}", () => item.text);
  row.append(
    press("correct", texts.correct, label("correct_label"), () => row.replaceWith(corrected(item, row))),
    " ",
    press("delete", texts.delete, label("delete_label"), () =>
      change(`/memory/${item.id}`, { method: "DELETE" }, texts.deleted),
    ),
  );
  return row;
};

const corrected = (item, row) => {
  const editing = document.createElement("li");
  const form = document.createElement("form");
  const field = make("input", "words");
  field.value = item.text;
  field.required = true;
  field.maxLength = 120;
  field.setAttribute("aria-label", texts.correct_label.replace("{text}", () => item.text));
  const save = make("button", "save", texts.save);
  const cancel = press("cancel", texts.cancel, texts.cancel, () => {
    editing.replaceWith(row);
    row.querySelector(".correct").focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(`/memory/${item.id}`, { method: "PATCH", body: JSON.stringify({ text: field.value }) }, texts.saved);
  });
  form.append(field, " ", save, " ", cancel);
  editing.append(form);
  requestAnimationFrame(() => field.focus());
  return editing;
};

const take = async () => {
  const file = await (await send("/learner")).blob();
  const link = make("a", "");
  link.href = URL.createObjectURL(file);
  link.download = "learning-companion.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
};

const erase = async () => {
  await send("/learner", { method: "DELETE" });
  try {
    localStorage.removeItem(kept);
  } catch {
    // Forbidden, so there was none.
  }
  showNobody();
  tell(texts.erased);
};

const showProgress = async () => {
  const { completed, lessons } = await (await send("/progress")).json();
  part(".count").textContent = texts.progress_count.replace("{done}", completed).replace("{all}", lessons.length);
};

part(".delete-all").addEventListener("click", () => change("/memory", { method: "DELETE" }, texts.deleted));
part(".take").addEventListener("click", () => attempt(take));
part(".erase").addEventListener("click", () => {
  part(".sure").hidden = false;
  part(".erase-yes").focus();
});
part(".erase-no").addEventListener("click", () => {
  part(".sure").hidden = true;
  part(".erase").focus();
});
part(".erase-yes").addEventListener("click", () => attempt(erase));
for (const choice of place.querySelectorAll("[name=dial]")) {
  choice.addEventListener("change", () =>
    attempt(async () => {
      // The dial is set with the key in the body, as every event is.
      const response = await fetch(`${service}/offers`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ learner: key(), dial: choice.value }),
      });
      if (!response.ok) throw new Error(String(response.status));
      tell(texts.saved);
    }),
  );
}

if (key()) {
  await attempt(async () => {
    showMemory(await (await send("/memory")).json());
    await showProgress();
    part(".known").hidden = false;
  });
} else {
  showNobody();
}
