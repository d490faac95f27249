// One chat as a phone shows it.

import { byId, day, make, shortTime } from "./dom.js";

const TAG = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", spoiler: "span",
};
const KIND = {
  voice: "Voice message", sticker: "Sticker", contact: "Contact", location: "Location", document: "File",
};

// A link to this very bot is opened here, as the app would; other addresses in a new tab.
function link(text, address, look, act) {
  if (act.isOwnLink(address)) {
    return make("button", { type: "button", class: look || "command", onclick: () => act.open(address) }, text);
  }
  if (!/^(https?|tel|mailto):/i.test(address)) return make("span", { class: look || null }, text);
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer", class: look || null }, text);
}

function span(text, entity, act) {
  if (entity.type === "text_link" || entity.type === "url") {
    return link(text, entity.url || text, "", act);
  }
  if (entity.type === "bot_command") {
    return make("button", { type: "button", class: "command", onclick: () => act.say(text) }, text);
  }
  return make(TAG[entity.type] || "span", {}, text);
}

// Telegram counts entities in UTF-16 units, as JavaScript does. Nested ones are shown as their outermost.
function formatted(text, entities, act) {
  const parts = [];
  let at = 0;
  for (const entity of [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length)) {
    if (entity.offset < at) continue;
    parts.push(text.slice(at, entity.offset));
    at = entity.offset + entity.length;
    parts.push(span(text.slice(entity.offset, at), entity, act));
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== "");
}

function picture(message) {
  if (!message.file) return null;
  if (message.kind === "photo") {
    const size = message.file.width ? { width: message.file.width, height: message.file.height } : {};
    return make("img", { src: message.file.address, alt: message.text || "Picture", ...size });
  }
  return make("a", { href: message.file.address, download: message.file.name, class: "file" }, message.file.name);
}

function inlineButton(message, button, act) {
  if (button.url) return link(button.text, button.url, "inline", act);
  const tap = () => act.tap(message.message_id, button.data);
  return make("button", { type: "button", class: "inline", "data-tap": button.data, onclick: tap }, button.text);
}

function inlineButtons(message, act) {
  if (!message.buttons.length) return null;
  const rows = message.buttons.map((row) =>
    make("div", { class: "inline-row" }, ...row.map((button) => inlineButton(message, button, act))));
  return make("div", { class: "inline-rows", role: "group", "aria-label": "Buttons" }, ...rows);
}

function meta(message) {
  const words = [];
  if (message.edited) words.push("edited");
  if (message.silent) words.push("silent");
  if (message.pinned) words.push("pinned");
  words.push(shortTime(message.at));
  return make("span", { class: "meta" }, words.join(" · "));
}

function bubble(message, chat, act) {
  const mine = !message.from_bot;
  const sender = make("span", { class: chat.kind === "private" ? "sr" : "sender" },
    mine && chat.kind === "private" ? "You: " : `${message.sender}${chat.kind === "private" ? ": " : ""}`);
  const kind = KIND[message.kind];
  const text = message.text ? make("div", { class: "text" }, ...formatted(message.text, message.entities, act)) : null;
  const edit = mine && message.kind === "text"
    ? make("button", { type: "button", class: "edit", "aria-label": `Edit: ${message.text.slice(0, 40)}`,
      onclick: () => act.edit(message) }, "Edit") : null;
  const body = make("div", { class: "bubble" }, sender, picture(message),
    kind && message.kind !== "document" ? make("div", { class: "kind" }, kind) : null, text,
    make("div", { class: "foot" }, edit, meta(message)));
  return make("article", { class: mine ? "message mine" : "message", "data-id": message.message_id },
    body, inlineButtons(message, act));
}

function withDays(messages) {
  const items = [];
  let last = "";
  for (const message of messages) {
    const today = day(message.at);
    if (today !== last) items.push({ key: `day ${today}`, signature: today, day: today });
    last = today;
    items.push({ key: `m${message.message_id}`, signature: JSON.stringify(message), message });
  }
  return items;
}

const drawn = new Map();
let drawnChat = null;

// The newest message stays in view until somebody scrolls away from it, and again once they act or scroll back.
const END_PIXELS = 80;
let following = true;

function followNewest() {
  const log = byId("log");
  if (following) log.scrollTop = log.scrollHeight;
}

export function goToNewest() {
  following = true;
  followNewest();
}

export function keepNewestInView() {
  const log = byId("log");
  log.addEventListener("scroll", () => {
    following = log.scrollHeight - log.scrollTop - log.clientHeight < END_PIXELS;
  });
  // pictures that have loaded, and a keyboard that takes its place
  const sizes = new ResizeObserver(followNewest);
  sizes.observe(log);
  log.addEventListener("load", followNewest, true);
}

// Draws only what changed, so that focus, scrolling and screen readers are left in peace.
function drawLog(chat, act) {
  const log = byId("log");
  if (drawnChat !== chat.chat_id) {
    log.replaceChildren();
    drawn.clear();
    drawnChat = chat.chat_id;
    following = true;
  }
  const focused = document.activeElement?.dataset?.tap;
  const focusedIn = document.activeElement?.closest?.("article")?.dataset.id;
  const items = withDays(chat.messages);
  const keys = new Set(items.map((item) => item.key));
  for (const [key, known] of drawn) if (!keys.has(key)) { known.element.remove(); drawn.delete(key); }
  let before = null;
  for (const item of items) {
    let known = drawn.get(item.key);
    if (!known || known.signature !== item.signature) {
      const element = item.message ? bubble(item.message, chat, act) : make("p", { class: "day" }, item.day);
      if (known) known.element.replaceWith(element);
      else if (before) before.after(element);
      else log.prepend(element);
      known = { element, signature: item.signature };
      drawn.set(item.key, known);
    }
    before = known.element;
  }
  if (focused && !document.activeElement?.dataset?.tap) {
    const again = log.querySelector(`article[data-id="${focusedIn}"] [data-tap="${CSS.escape(focused)}"]`);
    (again || log).focus({ preventScroll: true });
  }
  followNewest();
}

function drawPinned(chat) {
  const pinned = byId("pinned");
  const last = chat.messages.filter((message) => message.pinned).at(-1);
  pinned.hidden = !last;
  if (last) pinned.replaceChildren(make("strong", {}, "Pinned"), make("span", {}, last.text || "Picture"));
}

function drawKeyboard(chat, act) {
  const keyboard = byId("keyboard");
  keyboard.hidden = !chat.keyboard.length;
  keyboard.replaceChildren(...chat.keyboard.map((row) => make("div", { class: "inline-row" },
    ...row.map((text) => make("button", { type: "button", onclick: () => act.say(text) }, text)))));
}

export function drawChat(chat, bot, act) {
  byId("chat-title").textContent = chat.kind === "private" ? bot.first_name : chat.name;
  byId("avatar").textContent = (chat.kind === "private" ? bot.first_name : chat.name).slice(0, 1);
  const doing = chat.doing ? `${chat.doing.replace("_", " ")}…` : chat.kind === "private" ? "bot" : "group";
  byId("chat-sub").textContent = chat.blocked ? "blocked" : doing;
  byId("writing").placeholder = chat.placeholder || "Message";
  drawPinned(chat);
  drawLog(chat, act);
  drawKeyboard(chat, act);
}
