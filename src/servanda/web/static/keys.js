// Keys and the copy button. Every page works without this file.
"use strict";
(() => {
  const places = { h: "/", e: "/entries", d: "/dossiers", u: "/due", r: "/review", c: "/compare", a: "/add", s: "/series", m: "/calendar", n: "/network", w: "/map" };
  let row = -1, going = 0;
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    if (all[row]) all[row].classList.remove("at");
    row = Math.max(0, Math.min(all.length - 1, row + by));
    all[row].classList.add("at");
    const link = all[row].querySelector("a");
    if (link) link.focus({ preventScroll: true });
    all[row].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const key = event.key;
    if (going && Date.now() - going < 1500 && places[key]) {
      event.preventDefault();
      location.href = places[key];
      return;
    }
    going = key === "g" ? Date.now() : 0;
    const own = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (key === "/") {
      event.preventDefault();
      document.querySelector("[data-key=search]").focus();
    } else if (key === "?") location.href = "/keys";
    else if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (key === "o") rows()[row]?.querySelector("a")?.click();
    else if (key === "s" && document.querySelector(".text u")) document.body.classList.toggle("slots-named");
    else if (own && own.matches("button")) {
      event.preventDefault();
      own.click();
    }
  });
  for (const cited of document.querySelectorAll("[data-cite]")) cited.hidden = !navigator.clipboard;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      const words = document.getElementById(button.dataset.copy).textContent.replace(/\s+/g, " ").trim();
      await navigator.clipboard.writeText(`${words} ${location.href}`);
      button.textContent = button.dataset.done;
    });
  }
  for (const drop of document.querySelectorAll("[data-drop]")) {
    const files = drop.querySelector("input[type=file]");
    const over = (event) => { event.preventDefault(); drop.classList.add("over"); };
    drop.addEventListener("dragover", over);
    drop.addEventListener("dragenter", over);
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      files.files = event.dataTransfer.files;
      if (drop.matches("form")) drop.requestSubmit();
    });
  }
})();
