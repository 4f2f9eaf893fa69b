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
  const TITLES = 60; // ms: several keys of a quick typist are one question
  const TEXTS = 450; // ms without a key: the words are whole now
  let waiting, waitingForTitles, asked;
  const address = (page = form.action) => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    if (query.get("reports") === "1") query.delete("reports");
    return page + (query.size ? "?" + query : "");
  };
  const ask = async (where, id) => {
    asked?.abort();
    asked = new AbortController();
    const answer = await fetch(where, { signal: asked.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById(id);
    if (!answer.ok || !found) throw new Error(answer.status);
    document.getElementById(id).replaceWith(document.adoptNode(found));
    return page;
  };
  const titles = () => {
    if (form.elements.q.value.trim()) ask(address(form.dataset.typed), "list").catch(() => {}); // the texts follow anyway
  };
  const show = async () => {
    clearTimeout(waiting);
    clearTimeout(waitingForTitles);
    try {
      document.title = (await ask(address(), "found")).title;
      history.replaceState(null, "", address());
    } catch (fault) {
      if (fault.name !== "AbortError") form.submit(); // the page of a whole load says what is wrong
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  form.elements.q.addEventListener("input", () => {
    clearTimeout(waiting);
    clearTimeout(waitingForTitles);
    waitingForTitles = setTimeout(titles, TITLES);
    waiting = setTimeout(show, TEXTS);
  });
  for (const field of form.querySelectorAll("select, input[type=checkbox]")) field.addEventListener("change", show);
}

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const part of opened) part.open = true;
});
addEventListener("afterprint", () => { for (const part of opened) part.open = false; });
