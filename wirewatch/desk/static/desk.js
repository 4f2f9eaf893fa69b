// Keys for people who read all day, the list that follows the typing, and folded parts unfolded on paper.
"use strict";

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "Escape" && typing) { typing.blur(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const items = [...document.querySelectorAll("[data-item]")];
  const at = items.findIndex((item) => item.classList.contains("current"));
  const go = (to) => {
    items[at]?.classList.remove("current");
    items[to].classList.add("current");
    items[to].scrollIntoView({ block: "nearest" });
    items[to].querySelector("a")?.focus({ preventScroll: true });
  };
  if (event.key === "/") {
    const search = document.getElementById("q");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  } else if (event.key === "j" && items.length) {
    go(Math.min(at + 1, items.length - 1));
  } else if (event.key === "k" && items.length) {
    go(Math.max(at - 1, 0));
  }
});

const form = document.getElementById("search");
if (form) {
  const PAUSE = 180; // ms: about the time between two keys of a quick typist
  let waiting, asked;
  const address = () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    if (query.get("reports") === "1") query.delete("reports");
    return form.action + (query.size ? "?" + query : "");
  };
  const show = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(address(), { signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("found");
      if (!answer.ok || !found) { form.submit(); return; }
      document.getElementById("found").replaceWith(document.adoptNode(found));
      document.title = page.title;
      history.replaceState(null, "", address());
    } catch (fault) {
      if (fault.name !== "AbortError") form.submit(); // the page of a whole load says what is wrong
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(waiting); show(); });
  form.elements.q.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, PAUSE); });
  for (const field of form.querySelectorAll("select, input[type=checkbox]")) field.addEventListener("change", show);
}

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const part of opened) part.open = true;
});
addEventListener("afterprint", () => { for (const part of opened) part.open = false; });
