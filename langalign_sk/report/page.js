"use strict";
// Sorts the bodies of a table, a row and what unfolds below it each, by the column of a button.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const numeric = head.classList.contains("number");
      const before = head.getAttribute("aria-sort");
      const first = numeric ? "descending" : "ascending";
      const other = numeric ? "ascending" : "descending";
      const order = before === first ? other : first;
      const sign = order === "ascending" ? 1 : -1;
      const key = (body) => body.rows[0].cells[column].dataset.key;
      const sorted = [...table.tBodies].sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (x === "" || y === "") return (x === "") - (y === ""); // missing ones last, always
        return sign * (numeric ? x - y : x.localeCompare(y));
      });
      table.append(...sorted);
      heads.forEach((one) => one.setAttribute("aria-sort", one === head ? order : "none"));
      document.getElementById("live").textContent =
        `Sorted by ${head.textContent}, ${order}`;
    });
  });
}
