// The assistant beside a lesson and these pages speak of one learner: the page's cookie, which no script can read, and
// the key that the assistant keeps in this browser are made the same. Without a script the cookie alone does.

const place = document.querySelector("[data-start]");
const kept = `companion-learner-${place.dataset.product}`;

const read = () => {
  try {
    return localStorage.getItem(kept);
  } catch {
    return null;
  }
};

const keep = (key) => {
  try {
    localStorage.setItem(kept, key);
  } catch {
    // Full or forbidden: the cookie alone does.
  }
};

if (place.dataset.learner) {
  if (!read()) keep(place.dataset.learner);
} else if (read()) {
  // What this browser's learner answered or planned before is theirs on this page as well.
  const answered = await fetch(`/p/${encodeURIComponent(place.dataset.product)}/start/learner`, {
    method: "POST",
    body: new URLSearchParams({ learner: read() }),
  });
  const tried = `${kept}-taken-up`;
  if (answered.ok && !sessionStorage.getItem(tried)) {
    sessionStorage.setItem(tried, "yes");
    location.reload();
  }
}
