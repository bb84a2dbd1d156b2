// Draws the network from the table beside it. Without this file the table says the same.
"use strict";
(() => {
  const box = document.getElementById("network");
  const rows = [...document.querySelectorAll("[data-network] tr[data-from]")];
  if (!box || !rows.length || !window.cytoscape) return;
  box.hidden = false;
  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const nodes = new Map();
  const edges = rows.map(({ dataset: d }) => {
    for (const [id, label] of [[d.from, d.fromName], [d.to, d.toName]]) {
      const node = nodes.get(id) || { id, label, sum: 0 };
      node.sum += Number(d.weight);
      nodes.set(id, node);
    }
    return { data: { id: `${d.from}/${d.to}`, source: d.from, target: d.to, weight: Number(d.weight), late: Number(d.late) } };
  });
  const most = Math.max(...edges.map((e) => e.data.weight));
  const top = Math.max(...[...nodes.values()].map((n) => n.sum));
  const ranked = [...nodes.values()].sort((a, b) => b.sum - a.sum);
  const placed = ranked.map((data, n) => {
    const turn = n * 2.39996, far = 40 * Math.sqrt(n); // a spiral, so that the layout always begins alike
    return { data, position: { x: far * Math.cos(turn), y: far * Math.sin(turn) } };
  });
  let larger = 1; // on a small screen the picture shrinks, its words do not
  const cy = cytoscape({
    container: box,
    elements: [...placed, ...edges],
    minZoom: 0.3,
    maxZoom: 3,
    userZoomingEnabled: false,
    layout: { name: "cose", animate: false, randomize: false, padding: 30, nodeRepulsion: () => 60000, idealEdgeLength: () => 90, nodeOverlap: 20, numIter: 700, gravity: 0.6 },
    style: looks(),
  });
  function looks() {
    const paper = ink("--paper");
    return [
      { selector: "node", style: { label: "data(label)", "background-color": ink("--r5"), width: (n) => 10 + 26 * Math.sqrt(n.data("sum") / top), height: (n) => 10 + 26 * Math.sqrt(n.data("sum") / top), color: ink("--ink"), "font-family": "\"Source Sans 3\", \"Noto Sans Devanagari\", sans-serif", "font-size": 13 * larger, "text-valign": "bottom", "text-margin-y": 4, "text-outline-color": paper, "text-outline-width": 2.5 } },
      { selector: "edge", style: { width: (e) => 1 + 7 * Math.sqrt(e.data("weight") / most), "line-color": (e) => ink(e.data("late") ? "--rust" : "--strong"), opacity: (e) => (e.data("late") ? 0.75 : 0.45), "curve-style": "haystack" } },
      { selector: ".at", style: { "line-color": ink("--link"), "background-color": ink("--link"), opacity: 1 } },
    ];
  }
  larger = Math.min(2.2, 1 / Math.min(1, cy.zoom()));
  cy.style(looks());
  const mark = (id) => {
    cy.elements().removeClass("at");
    if (id) cy.getElementById(id).addClass("at").connectedNodes().addClass("at");
  };
  cy.on("tap", "node", (event) => { location.href = `/dossiers/${encodeURIComponent(event.target.id())}`; });
  cy.on("tap", "edge", (event) => { location.href = `/dossiers/${event.target.id()}`; });
  cy.on("mouseover", "edge", (event) => {
    mark(event.target.id());
    for (const row of rows) row.classList.toggle("at", `${row.dataset.from}/${row.dataset.to}` === event.target.id());
  });
  cy.on("mouseout", "edge", () => { mark(null); for (const row of rows) row.classList.remove("at"); });
  for (const row of rows) {
    row.addEventListener("mouseenter", () => mark(`${row.dataset.from}/${row.dataset.to}`));
    row.addEventListener("mouseleave", () => mark(null));
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(looks()));
  const letters = [...nodes.values()].map((n) => n.label).join("");
  Promise.all(["Source Sans 3", "Noto Sans Devanagari"].map((face) => document.fonts.load(`13px "${face}"`, letters))).then(() => cy.style(looks()));
})();
