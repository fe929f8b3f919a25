// Adds to tables that read well without it: sorting by a column, and a line under each
// confusion matrix that tells what the cell under pointer, finger or focus means.
"use strict";

const collator = new Intl.Collator("en", { numeric: true });

/** What a cell is sorted by: its data-value where it has one, else its text. */
function keyOf(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value ?? cell.textContent.trim();
}

/** Compares two keys; empty ones come last, whichever way is sorted. */
function compare(a, b, ascending) {
  if (a === "" || b === "") return Number(a === "") - Number(b === "");
  const order =
    a.trim() !== "" && b.trim() !== "" && !isNaN(a) && !isNaN(b)
      ? Number(a) - Number(b)
      : collator.compare(a, b);
  return ascending ? order : -order;
}

function sortBy(table, heading) {
  const column = heading.cellIndex;
  const current = heading.getAttribute("aria-sort");
  // The first click sorts figures from the greatest, names from A.
  const first = heading.dataset.sort === "text" ? "ascending" : "descending";
  const other = first === "ascending" ? "descending" : "ascending";
  const direction = current === first ? other : first;
  for (const each of heading.parentElement.cells) each.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", direction);
  const body = table.tBodies[0];
  const rows = [...body.rows];
  rows.sort((a, b) => compare(keyOf(a, column), keyOf(b, column), direction === "ascending"));
  body.append(...rows);
}

for (const table of document.querySelectorAll("table.sortable")) {
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(table, heading));
    heading.append(button);
  }
}

/** Makes a confusion matrix one stop of the Tab key with arrow keys within. */
function explore(table) {
  const readout = document.getElementById(table.dataset.readout);
  const headings = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const cells = rows.map((row) => [...row.querySelectorAll("td")]);
  let marked = [];

  function tell(row, column) {
    for (const cell of marked) cell.classList.remove("here");
    marked = [cells[row][column], rows[row].cells[0], headings[column + 1]];
    for (const cell of marked) cell.classList.add("here");
    const truth = rows[row].cells[0].textContent;
    const given = headings[column + 1].textContent;
    const count = Number(cells[row][column].textContent || 0);
    const all = Number(rows[row].dataset.support);
    const share = all > 0 ? ` (${((100 * count) / all).toFixed(1)}%)` : "";
    readout.textContent = `${truth} → ${given}: ${count} of ${all} clips${share}`;
  }

  function focus(row, column) {
    const target = cells[row]?.[column];
    if (!target) return;
    table.querySelector("td[tabindex='0']")?.setAttribute("tabindex", "-1");
    target.tabIndex = 0;
    target.focus();
  }

  cells.forEach((line, row) => {
    line.forEach((cell, column) => {
      // The native tooltip would say the same again, late.
      cell.removeAttribute("title");
      cell.tabIndex = row === 0 && column === 0 ? 0 : -1;
      cell.addEventListener("pointerenter", () => tell(row, column));
      cell.addEventListener("focus", () => tell(row, column));
      cell.addEventListener("click", () => focus(row, column));
      cell.addEventListener("keydown", (event) => {
        const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
        const step = steps[event.key];
        if (!step) return;
        event.preventDefault();
        focus(row + step[0], column + step[1]);
      });
    });
  });
  readout.hidden = false;
}

for (const table of document.querySelectorAll("table.matrix")) explore(table);

// One clip at a time.
document.addEventListener(
  "play",
  (event) => {
    for (const audio of document.querySelectorAll("audio")) {
      if (audio !== event.target) audio.pause();
    }
  },
  true,
);
