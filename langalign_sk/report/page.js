"use strict";
// What a page does beyond being read: sorts, folds, filters and saves its tables. No request.
const narrow = matchMedia("screen and (max-width: 54rem)");
const say = (words) => { document.getElementById("live").textContent = words; };
const plainly = (words) => words.normalize("NFKC").toLowerCase();

for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const part = (name) => document.querySelector(`.${name}[data-for="${table.id}"]`);
  const under = part("under-table");
  const tools = part("tools");
  const all = under.querySelector(".all");
  const found = under.querySelector(".found");
  const value = (cell) => cell.dataset.key ?? cell.textContent.trim();
  const key = (body, column) => value(body.rows[0].cells[column]);
  const asked = (name) => tools && tools.querySelector(name);
  const [words, chosen, wrong] = ["[type=search]", "select", "[type=checkbox]"].map(asked);
  let open = false;

  // Shows the rows that are asked for, and of these the first few until all are.
  const show = () => {
    const wanted = words ? plainly(words.value.trim()) : "";
    const most = open ? Infinity : Number(narrow.matches ? table.dataset.narrow : table.dataset.fold);
    const bodies = [...table.tBodies];
    const fit = bodies.filter((body) =>
      (!wanted || plainly([...body.rows[0].cells].map(value).join("\n")).includes(wanted)) &&
      (!chosen || !chosen.value || body.dataset.classes.split(" ").includes(chosen.value)) &&
      (!wrong || !wrong.checked || "wrong" in body.dataset));
    const shown = new Set(fit.slice(0, fit.length > most + 1 ? most : Infinity));
    for (const body of bodies) body.hidden = !shown.has(body);
    all.hidden = !open && shown.size === fit.length;
    all.textContent = open ? "Show fewer" : `Show all ${fit.length}`;
    if (open && fit.length <= Number(table.dataset.narrow)) all.hidden = true;
    found.textContent = fit.length < bodies.length ? `${fit.length} of ${bodies.length} rows match` : "";
    return fit.length;
  };

  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const numeric = head.classList.contains("number");
      const before = head.getAttribute("aria-sort");
      const first = numeric ? "descending" : "ascending";
      const other = numeric ? "ascending" : "descending";
      const order = before === first ? other : first;
      const sign = order === "ascending" ? 1 : -1;
      const sorted = [...table.tBodies].sort((a, b) => {
        const [x, y] = [key(a, column), key(b, column)];
        if (x === "" || y === "") return (x === "") - (y === ""); // missing ones last, always
        return sign * (numeric ? x - y : x.localeCompare(y));
      });
      table.append(...sorted);
      heads.forEach((one) => one.setAttribute("aria-sort", one === head ? order : "none"));
      show();
      say(`Sorted by ${head.textContent}, ${order}`);
    });
  });

  for (const one of [words, chosen, wrong]) {
    one?.addEventListener("input", () => { open = false; say(`${show()} rows match`); });
  }
  all.addEventListener("click", () => { open = !open; show(); });
  narrow.addEventListener("change", show);

  // All rows, also those folded away, with figures as they were measured; nothing a spreadsheet would run.
  under.querySelector(".save").addEventListener("click", (event) => {
    const cell = (text) => {
      const safe = /^[=+\-@\t\r]/.test(text) && !/^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(text) ? `'${text}` : text;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const rows = [heads.map((head) => head.textContent)];
    for (const body of table.tBodies) rows.push([...body.rows[0].cells].map(value));
    const lines = rows.map((row) => row.map(cell).join(",")).join("\r\n");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", lines, "\r\n"], { type: "text/csv" }));
    link.download = event.currentTarget.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    say(`Saved ${link.download}`);
  });

  under.hidden = false;
  if (tools) tools.hidden = false;
  show();
}

// Paper shows what a reader would have to unfold, and a link leads into a folded section.
const folds = [...document.querySelectorAll("details.fold")];
let before = [];
addEventListener("beforeprint", () => { before = folds.map((one) => one.open); folds.forEach((one) => { one.open = true; }); });
addEventListener("afterprint", () => folds.forEach((one, at) => { one.open = before[at]; }));
const unfold = () => {
  const aim = location.hash && document.getElementById(location.hash.slice(1));
  const fold = aim && aim.parentElement.querySelector(":scope > details.fold");
  if (fold) fold.open = true;
};
addEventListener("hashchange", unfold);
unfold();
