// A recording and what is said in it: a sentence's time seeks the player, and the address may name where to begin.
// Without this the times are plain links that open the recording at their second.

const calm = matchMedia("(prefers-reduced-motion: reduce)");

for (const section of document.querySelectorAll(".recording")) {
  const player = section.querySelector("video, audio");
  const sentences = [...section.querySelectorAll(".said > li")];
  if (!player || !sentences.length) continue;
  const starts = sentences.map((sentence) => Number(sentence.dataset.second));

  section.addEventListener("click", (event) => {
    const link = event.target.closest("a.time");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    seek(player, Number(link.parentElement.dataset.second));
    player.play().catch(() => {}); // a browser may want to be asked by its own button first
  });

  player.addEventListener("timeupdate", () => {
    const now = player.currentTime + 0.01;
    const current = starts.findLastIndex((second) => second <= now);
    mark(sentences, player.currentTime > 0 || !player.paused ? sentences[current] : null);
  });
}

begin();

/** Seek to what the address asks for, `?t=63`, and `&v=` where there are several recordings. */
function begin() {
  const asked = new URLSearchParams(location.search);
  const second = Number(asked.get("t") ?? NaN);
  if (!Number.isFinite(second) || second < 0) return;
  const named = asked.get("v");
  const sections = [...document.querySelectorAll(".recording")];
  const section = named ? sections.find((each) => each.dataset.recording === named) : sections[0];
  const sentences = [...(section?.querySelectorAll(".said > li") ?? [])];
  const told = sentences.find((sentence) => Number(sentence.dataset.second) === second);
  mark(sentences, told ?? null);
  told?.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  const player = section?.querySelector("video, audio");
  if (player) seek(player, second);
}

function seek(player, second) {
  const go = () => (player.currentTime = Math.min(second, player.duration || second));
  if (player.readyState >= HTMLMediaElement.HAVE_METADATA) go();
  else player.addEventListener("loadedmetadata", go, { once: true });
}

function mark(sentences, current) {
  for (const sentence of sentences) {
    if (sentence === current) sentence.setAttribute("aria-current", "true");
    else sentence.removeAttribute("aria-current");
  }
}
