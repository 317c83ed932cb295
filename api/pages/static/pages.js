// Small comforts of our own pages; everything can be read and followed without them.

(() => {
  "use strict";

  // Beside a lesson there is room for the assistant only on a wide screen; elsewhere it waits behind its button.
  for (const companion of document.querySelectorAll("learning-companion[data-inline-from]")) {
    const wide = matchMedia(`(min-width: ${companion.dataset.inlineFrom})`);
    const place = () => companion.setAttribute("mode", wide.matches ? "inline" : "floating");
    wide.addEventListener("change", place);
    place();
  }

  for (const button of document.querySelectorAll("button.copy")) {
    // Without a secure context there is no clipboard, and a button that does nothing is worse than none.
    if (!navigator.clipboard) continue;
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      button.textContent = button.dataset.done;
      setTimeout(() => (button.textContent = label), 2000);
    });
  }
})();
