// The plan as a table: a cell is saved when it is left, keys move as in a spreadsheet, Ctrl+Z takes the last one back.
// Without this file each line has a button of its own.
"use strict";

const table = document.querySelector("[data-plan-table]");
const live = document.querySelector("[data-plan-said]");
const undoButton = document.querySelector("[data-undo]");
const shown = new Map(); // cell -> what the portal holds, as far as this page knows
const turns = new Map(); // row -> its last request: a line is asked one thing at a time
const done = []; // saved changes, for Ctrl+Z: the row, and each field as it was before
let inside = false; // the arrow keys move inside the cell

const cellOf = (target) => (target.closest ? target.closest("td > input, td > select") : null);
const cellsOf = (row) => [...row.querySelectorAll("td > input, td > select")];
const named = (row, name) => cellsOf(row).find((cell) => cell.name === name);
const isDirty = (cell) => cell.value !== shown.get(cell) || cell.validity.badInput;

// --- what a cell says ----------------------------------------------------------------------------

const say = (cell, words, kind = "") => {
  const place = cell.parentElement;
  place.querySelectorAll(".cell-note, .cell-ask").forEach((old) => old.remove());
  cell.removeAttribute("aria-describedby");
  if (kind === "bad") cell.setAttribute("aria-invalid", "true");
  else cell.removeAttribute("aria-invalid");
  if (!words) return;
  const note = document.createElement("small");
  note.className = `cell-note ${kind}`;
  note.id = `note-${cell.form.id}-${cell.name}`;
  note.textContent = words;
  place.append(note);
  cell.setAttribute("aria-describedby", note.id);
  live.textContent = `${cell.getAttribute("aria-label")}: ${words}`;
};

const isAsked = (cell) => cell.parentElement.querySelector(".cell-ask") !== null;

const ask = (cell, told) => {
  say(cell, "", "bad");
  shown.set(cell, told.theirs);
  const box = document.createElement("div");
  box.className = "cell-ask";
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", cell.getAttribute("aria-label"));
  box.append(told.said);
  const choose = (words, answer) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-outline-secondary";
    button.textContent = words;
    button.addEventListener("click", () => {
      if (answer !== undefined) cell.value = answer;
      say(cell, "");
      cell.focus();
      save(cell);
    });
    box.append(button);
  };
  choose(told.keep_theirs, told.theirs);
  choose(told.keep_yours); // as it stands in the cell
  cell.parentElement.append(box);
  live.textContent = `${cell.getAttribute("aria-label")}: ${told.said}`;
};

// --- saving --------------------------------------------------------------------------------------

const send = async (row, typed, isUndo) => {
  const cells = Object.keys(typed).map((name) => named(row, name));
  const seen = Object.fromEntries(cells.map((cell) => [cell.name, shown.get(cell)]));
  const form = cells[0].form;
  const token = form.elements.csrfmiddlewaretoken.value;
  const body = new URLSearchParams({ ...typed, shown: JSON.stringify(seen), csrfmiddlewaretoken: token });
  let answer, told;
  cells.forEach((cell) => say(cell, table.dataset.saving));
  try {
    answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body });
  } catch {
    cells.forEach((cell) => say(cell, table.dataset.lost, "bad"));
    return;
  }
  try {
    told = await answer.json();
  } catch {
    cells.forEach((cell) => say(cell, table.dataset.closed, "bad"));
    return;
  }
  if (answer.ok) {
    const before = {};
    for (const [name, value] of Object.entries(told.cells)) {
      const cell = named(row, name);
      // what is typed since the request left stays; everything else shows what was saved
      const isUntouched = cell.value === (name in typed ? typed[name] : shown.get(cell));
      before[name] = shown.get(cell);
      shown.set(cell, value);
      if (isUntouched) cell.value = value;
      say(cell, told.said);
    }
    if (!isUndo) done.push({ row, before });
    undoButton.disabled = !done.length;
    // a cell of this line that was refused before may be right now: a first day after its last day
    cellsOf(row).filter((cell) => cell.hasAttribute("aria-invalid") && cell !== document.activeElement).forEach(save);
  } else if (answer.status === 409) {
    for (const [name, two] of Object.entries(told.cells)) ask(named(row, name), two);
  } else {
    cells.forEach((cell) => say(cell, told.said, "bad"));
  }
};

const inTurn = (row, act) => turns.set(row, (turns.get(row) || Promise.resolve()).then(act));

function save(cell) {
  if (isAsked(cell)) return; // its buttons answer the question
  if (cell.validity.badInput) {
    say(cell, table.dataset.broken, "bad");
    return;
  }
  const row = cell.closest("tr");
  inTurn(row, () => (isDirty(cell) ? send(row, { [cell.name]: cell.value }, false) : undefined));
}

const undo = () => {
  const last = done.pop();
  undoButton.disabled = !done.length;
  if (!last) return;
  for (const [name, value] of Object.entries(last.before)) named(last.row, name).value = value;
  named(last.row, Object.keys(last.before)[0]).focus();
  inTurn(last.row, () => send(last.row, last.before, true));
};

// --- keys ----------------------------------------------------------------------------------------

const goTo = (cell) => {
  if (cell) cell.focus();
  return Boolean(cell);
};

const step = (cell, down, right) => {
  const row = cell.closest("tr");
  const rows = [...table.tBodies[0].rows];
  const column = cellsOf(row).indexOf(cell) + right;
  const next = rows[rows.indexOf(row) + down];
  return next ? goTo(cellsOf(next)[column]) : false;
};

const along = (cell, right) => {
  const all = cellsOf(table);
  return goTo(all[all.indexOf(cell) + right]);
};

const takeBack = (cell) => {
  cell.value = shown.get(cell);
  say(cell, "");
  inside = false;
  if (cell.select) cell.select();
};

const onKey = (event) => {
  const cell = cellOf(event.target);
  if (!cell || event.isComposing) return;
  const isText = cell.type === "text";
  const isCommand = event.ctrlKey || event.metaKey;
  let isTaken = true;
  if (event.key === "Escape") takeBack(cell);
  else if (isCommand && event.key.toLowerCase() === "z" && !event.shiftKey && !isDirty(cell)) undo();
  else if (isCommand || event.altKey) isTaken = false;
  else if (event.key === "Enter") {
    if (!step(cell, event.shiftKey ? -1 : 1, 0)) save(cell);
  } else if (event.key === "Tab") isTaken = along(cell, event.shiftKey ? -1 : 1);
  else if (event.key === "F2") {
    inside = true;
    if (isText) cell.setSelectionRange(cell.value.length, cell.value.length);
  } else if (event.key === "ArrowUp" && (isText || !inside)) step(cell, -1, 0);
  else if (event.key === "ArrowDown" && (isText || !inside)) step(cell, 1, 0);
  else if (event.key === "ArrowLeft" && !inside) step(cell, 0, -1);
  else if (event.key === "ArrowRight" && !inside) step(cell, 0, 1);
  else {
    if (event.key.length === 1 || event.key === "Backspace" || event.key === "Delete") inside = true;
    isTaken = false;
  }
  if (isTaken) event.preventDefault();
};

if (table) {
  document.documentElement.classList.add("scripted");
  for (const row of table.tBodies[0].rows) {
    const seen = JSON.parse(row.querySelector("input[name=shown]").value);
    cellsOf(row).forEach((cell) => shown.set(cell, seen[cell.name]));
  }
  table.addEventListener("keydown", onKey);
  table.addEventListener("focusin", (event) => {
    const cell = cellOf(event.target);
    inside = false;
    if (cell && cell.type === "text") cell.select();
  });
  table.addEventListener("click", (event) => {
    if (cellOf(event.target)) inside = true;
  });
  table.addEventListener("focusout", (event) => {
    const cell = cellOf(event.target);
    if (cell && isDirty(cell)) save(cell);
  });
  undoButton.addEventListener("click", undo);
  window.addEventListener("beforeunload", (event) => {
    if (cellsOf(table).some(isDirty)) event.preventDefault();
  });
}
