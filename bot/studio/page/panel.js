// The right side: what the coach has written down.

import { byId, dayAndTime, make } from "./dom.js";

const ROWS_SHOWN = 8;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
const LONG_CODE = /^(?=.*\d)[\w.-]{18,}$/;
const CODE_SHOWN = 8;
const opened = new Set();
const seen = new Map();

const words = (name) => name.replaceAll("_", " ");

function cell(value) {
  if (value === null || value === undefined || value === "") {
    return make("td", { class: "missing" }, make("span", { "aria-hidden": "true" }, "–"),
      make("span", { class: "sr" }, "missing"));
  }
  if (typeof value === "boolean") return make("td", {}, value ? "yes" : "no");
  if (typeof value === "number") return make("td", { class: "number" }, String(value));
  if (typeof value === "object") return make("td", {}, JSON.stringify(value));
  if (INSTANT.test(value)) return make("td", { class: "instant" }, dayAndTime(value));
  if (LONG_CODE.test(value)) return make("td", { class: "code", title: value }, `${value.slice(0, CODE_SHOWN)}…`);
  return make("td", {}, value);
}

// each instant is shown as the person's own clock shows it: the written-out wall clock would say it again
const saysItAgain = (column) => column === "zone" || column.endsWith("_local");

function columnsOf(rows) {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((column) => !saysItAgain(column));
}

function body(name, rows, columns, first) {
  const before = seen.get(name) || new Set();
  const now = new Set(rows.map((row) => JSON.stringify(row)));
  seen.set(name, now);
  return make("tbody", {}, ...rows.slice(first).reverse().map((row) =>
    make("tr", { class: seen.ready && !before.has(JSON.stringify(row)) ? "new" : null },
      ...columns.map((column) => cell(row[column])))));
}

function table(name, rows, redraw) {
  const title = make("h3", { id: `t-${name}` }, words(name), make("span", { class: "count" }, String(rows.length)));
  const columns = columnsOf(rows);
  const first = opened.has(name) ? 0 : Math.max(0, rows.length - ROWS_SHOWN);
  const head = make("thead", {}, make("tr", {}, ...columns.map((column) => make("th", { scope: "col" }, words(column)))));
  const toggle = rows.length > ROWS_SHOWN ? make("button", {
    type: "button", class: "plain", "data-table": name, "aria-expanded": String(opened.has(name)), onclick: () => {
      if (!opened.delete(name)) opened.add(name);
      redraw();
      document.querySelector(`[data-table="${CSS.escape(name)}"]`)?.focus();
    },
  }, opened.has(name) ? "Show the latest" : `Show all ${rows.length}`) : null;
  return make("section", { class: "table-card" }, title,
    make("div", { class: "scroll", role: "region", "aria-labelledby": `t-${name}`, tabindex: "0" },
      make("table", {}, head, body(name, rows, columns, first))), toggle);
}

export function drawPanel(logged, who) {
  byId("logged-who").textContent = who;
  const note = byId("note");
  note.hidden = !logged.note;
  note.textContent = logged.note || "";
  const redraw = () => drawPanel(logged, who);
  const places = [...document.querySelectorAll("#tables .scroll")].map((one) => [one.getAttribute("aria-labelledby"), one.scrollLeft]);
  const tables = Object.entries(logged.tables || {});
  const empty = tables.filter(([, rows]) => !rows.length).map(([name]) => name);
  for (const name of empty) seen.set(name, new Set());
  const full = tables.filter(([, rows]) => rows.length).map(([name, rows]) => table(name, rows, redraw));
  const rest = empty.length ? make("p", { class: "quiet" }, `Nothing yet in: ${empty.map(words).join(", ")}.`) : "";
  byId("tables").replaceChildren(...full, rest);
  for (const [id, left] of places) {
    const again = document.querySelector(`[aria-labelledby="${CSS.escape(id)}"].scroll`);
    if (again) again.scrollLeft = left;
  }
  seen.ready = true;
}

export function forgetSeen() {
  seen.clear();
  seen.ready = false;
}
