// Keys for people who read all day: "/" searches, j and k walk, Enter opens.
"use strict";
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
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
for (const field of document.querySelectorAll(".search select, .search input[type=checkbox]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}
