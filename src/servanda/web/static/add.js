// Tells how far an upload has come while the server reads it. Without this file the form is sent as any other.
"use strict";
(() => {
  const form = document.querySelector("form[data-live]");
  const told = document.getElementById("progress"), found = document.getElementById("found");
  if (!form || !told || !window.ReadableStream || !window.TextDecoderStream) return;
  const button = form.querySelector("button");
  const tell = (line) => {
    if (line.said) told.textContent = line.said;
    if (!line.html) return;
    const page = new DOMParser().parseFromString(line.html, "text/html");
    found.replaceChildren(...page.body.childNodes);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    told.className = "reading";
    told.textContent = told.dataset.reading;
    found.replaceChildren();
    try {
      const answer = await fetch(form.dataset.live, { method: "POST", body: new FormData(form) });
      if (!answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        told.textContent = page.querySelector("[role=alert]")?.textContent || told.dataset.failed;
        told.className = "wrong";
        return;
      }
      let rest = "";
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const lines = (rest + part.value).split("\n");
        rest = lines.pop();
        for (const line of lines) tell(JSON.parse(line));
      }
      told.className = "told";
      told.scrollIntoView({ block: "start" });
      form.reset();
    } catch {
      told.className = "wrong";
      told.textContent = told.dataset.failed;
    } finally {
      button.disabled = false;
    }
  });
})();
