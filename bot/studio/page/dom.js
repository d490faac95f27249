// Small building blocks. Text always goes in as text, never as markup.

export const byId = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "onclick") element.addEventListener("click", value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

let zone;

export function setZone(name) {
  zone = name || undefined;
}

export function shortTime(instant) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone })
    .format(new Date(instant));
}

export function day(instant) {
  return new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: zone })
    .format(new Date(instant));
}

export function dayAndTime(instant) {
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "short", day: "numeric", month: "short", year: "numeric",
    hour: "2-digit", minute: "2-digit", timeZone: zone,
  }).format(new Date(instant));
}

export function inWords(milliseconds) {
  const minutes = Math.round(milliseconds / 60000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `in ${minutes} min`;
  const rest = minutes % 60 ? ` ${minutes % 60} min` : "";
  if (minutes < 48 * 60) return `in ${Math.floor(minutes / 60)} h${rest}`;
  return `in ${Math.round(minutes / 1440)} days`;
}
