// The page: whose phone, what they do, the clock, and trouble on request.

import { drawChat, goToNewest, keepNewestInView } from "./chat.js";
import { byId, dayAndTime, inWords, make, setZone } from "./dom.js";
import { drawPanel, forgetSeen } from "./panel.js";
import { follow, get, post, remove } from "./wire.js";

const view = { state: null, panel: null, chat: null, editing: null, read: new Map(), noticed: new Map(), ahead: 0 };

const chats = () => {
  const staffMember = view.panel?.prepared.staff_member;
  const all = view.state.chats.filter((chat) => chat.chat_id !== staffMember);
  return all.sort((a, b) => (a.kind !== "private") - (b.kind !== "private"));
};
const chatInView = () => chats().find((chat) => chat.chat_id === view.chat) || chats()[0];
const isGroup = (chat) => chat.kind !== "private";
const writer = (chat) => (isGroup(chat) ? view.panel.prepared.staff_member : chat.chat_id);

function say(text) {
  const notice = byId("notice");
  notice.textContent = text;
  notice.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => notice.classList.remove("shown"), 3500);
}

async function attempt(work) {
  try {
    return await work();
  } catch (problem) {
    say(problem.message);
    return null;
  }
}

const person = (act, told = {}) => attempt(() => {
  const chat = chatInView();
  goToNewest();
  const place = isGroup(chat) ? { chat_id: chat.chat_id } : {};
  return post(`/control/people/${writer(chat)}/${act}`, { ...told, ...place });
});

const act = {
  say: (text) => person("say", { text }),
  tap: (message_id, data) => person("tap", { message_id, data }),
  open: (link) => person("open", { link }),
  isOwnLink: (address) => address.includes(`t.me/${view.state.bot.username}?start=`),
  edit(message) {
    view.editing = message.message_id;
    byId("writing").value = message.text;
    byId("editing").hidden = false;
    byId("writing").focus();
  },
};

// ---- people

function unread(chat) {
  const last = view.read.get(chat.chat_id) ?? 0;
  return chat.messages.filter((message) => message.from_bot && message.message_id > last).length;
}

function choose(chat_id) {
  view.chat = chat_id;
  view.editing = null;
  byId("editing").hidden = true;
  byId("writing").value = "";
  byId("notice").classList.remove("shown");
  forgetSeen();
  draw();
  refreshPanel();
}

function personTab(chat) {
  const on = chat.chat_id === chatInView().chat_id;
  const waiting = on ? 0 : unread(chat);
  return make("button", {
    type: "button", role: "tab", id: `tab${chat.chat_id}`, "aria-selected": String(on), "aria-controls": "phone",
    tabindex: on ? "0" : "-1", onclick: () => choose(chat.chat_id),
  }, chat.name, waiting ? make("span", { class: "badge" }, String(waiting), make("span", { class: "sr" }, " new")) : null);
}

function drawPeople() {
  const focused = document.activeElement?.id;
  byId("people").replaceChildren(...chats().map(personTab));
  if (focused?.startsWith("tab")) byId(focused)?.focus();
  byId("rename").hidden = isGroup(chatInView());
}

byId("people").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const all = chats();
  const at = all.findIndex((chat) => chat.chat_id === chatInView().chat_id);
  const next = all[(at + step + all.length) % all.length];
  choose(next.chat_id);
  byId(`tab${next.chat_id}`).focus();
});

function askName(title, name) {
  const dialog = byId("name-dialog");
  byId("name-title").textContent = title;
  byId("name-field").value = name;
  dialog.returnValue = "cancel";
  dialog.showModal();
  byId("name-field").select();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const given = byId("name-field").value.trim();
      resolve(dialog.returnValue === "save" && given ? given : null);
    }, { once: true });
  });
}

byId("rename").addEventListener("click", async () => {
  const first_name = await askName("Rename", chatInView().name);
  if (first_name) person("rename", { first_name });
});

byId("add-person").addEventListener("click", async () => {
  const first_name = await askName("Add a person", "");
  if (!first_name) return;
  const user_id = Math.max(...view.state.people.map((one) => one.user_id)) + 1;
  const added = await attempt(() => post("/control/people", { user_id, first_name }));
  if (added) view.chat = user_id;
});

// ---- the first hint

function invitationFor(chat) {
  const at = chats().filter((one) => !isGroup(one)).findIndex((one) => one.chat_id === chat.chat_id);
  return view.panel?.invitations[at];
}

function invitationButton(chat) {
  const invitation = invitationFor(chat);
  if (!invitation) return null;
  const about = [invitation.study_id, invitation.arm].filter(Boolean).join(", ");
  return make("div", { class: "invitation" },
    make("button", { type: "button", class: "primary", onclick: () => act.open(invitation.link || invitation.code) },
      `Open ${chat.name}'s invitation`),
    about ? make("span", { class: "quiet" }, about) : null);
}

function drawHint(chat) {
  const hint = byId("hint");
  hint.hidden = chat.started;
  const signature = JSON.stringify([chat.chat_id, chat.name, invitationFor(chat)]);
  if (chat.started || hint.dataset.signature === signature) return;
  hint.dataset.signature = signature;
  const field = make("input", { id: "link", placeholder: `https://t.me/${view.state.bot.username}?start=…`, autocomplete: "off" });
  const form = make("form", { class: "link-form" }, make("label", { for: "link" }, "Or follow a link"), field,
    make("button", { type: "submit" }, "Open link"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) act.open(field.value.trim());
  });
  hint.replaceChildren(make("h3", {}, `${chat.name} has not opened the coach yet`), invitationButton(chat) ?? "", form);
}

// ---- writing

function grow() {
  const box = byId("writing");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 140)}px`;
}

async function send() {
  const box = byId("writing");
  const text = box.value.trim();
  if (!text) return;
  const editing = view.editing;
  const done = await (editing ? person("edit", { message_id: editing, text }) : act.say(text));
  if (!done) return;
  box.value = "";
  stopEditing();
  grow();
}

function stopEditing() {
  view.editing = null;
  byId("editing").hidden = true;
}

byId("writing-form").addEventListener("submit", (event) => { event.preventDefault(); send(); });
byId("writing").addEventListener("input", grow);
byId("writing").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  if (event.key === "Escape" && view.editing) { stopEditing(); event.target.value = ""; }
});
byId("stop-editing").addEventListener("click", () => { stopEditing(); byId("writing").value = ""; byId("writing").focus(); });

// ---- the menu: the bot's commands, and other things a person may send

const OTHERS = [["photo", "Send a picture"], ["voice", "Send a voice message"], ["sticker", "Send a sticker"],
  ["contact", "Share your contact"], ["location", "Share a place"]];

function menuItem(label, detail, work) {
  const chosen = () => { openMenu(false); byId("menu-button").focus(); work(); };
  return make("button", { type: "button", onclick: chosen }, make("span", {}, label), detail ? make("span", { class: "quiet" }, detail) : null);
}

function openMenu(open) {
  const menu = byId("menu");
  menu.hidden = !open;
  byId("menu-button").setAttribute("aria-expanded", String(open));
  if (!open) return;
  const commands = chatInView().commands.map((one) =>
    menuItem(`/${one.command}`, one.description, () => act.say(`/${one.command}`)));
  const others = OTHERS.map(([kind, label]) => menuItem(label, "", () => person(kind)));
  menu.replaceChildren(...commands, ...(commands.length ? [make("hr")] : []), ...(isGroup(chatInView()) ? [] : others));
  menu.querySelector("button")?.focus();
}

byId("menu-button").addEventListener("click", () => openMenu(byId("menu").hidden));
byId("menu").addEventListener("keydown", (event) => {
  const items = [...byId("menu").querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) { event.preventDefault(); items[(at + step + items.length) % items.length].focus(); }
  if (event.key === "Escape") { openMenu(false); byId("menu-button").focus(); }
});
document.addEventListener("click", (event) => {
  if (!event.target.closest(".menu-holder")) openMenu(false);
});

// ---- the clock

function drawClock() {
  const now = Date.now() + view.ahead;
  byId("now").textContent = dayAndTime(now);
  byId("now").dateTime = new Date(now).toISOString();
  const due = view.panel?.logged.next_due_at;
  byId("next-due").textContent = due ? `Next message ${inWords(new Date(due) - now)}` : "No message is waiting";
  byId("to-next").disabled = !due;
}

async function moveClock(told) {
  for (const button of document.querySelectorAll(".clock button")) button.disabled = true;
  await attempt(() => post("/studio/clock", told));
  for (const button of document.querySelectorAll(".clock button")) button.disabled = false;
  await refreshPanel();
}

for (const button of document.querySelectorAll("[data-minutes]")) {
  button.addEventListener("click", () => moveClock({ minutes: Number(button.dataset.minutes) }));
}
byId("to-next").addEventListener("click", () => moveClock({ to_next: true, person: personInView() }));
setInterval(drawClock, 1000);

// ---- trouble

const FATE = {
  lost: "Answer lost", timeout: "No answer", refused: "No connection", flood: "Too many requests",
  error: "Server error", delay: "Delayed",
};

function drawFaults(chat) {
  const waiting = view.state.faults.map((one) => `${FATE[one.fate]}: ${one.left} to come`);
  if (view.state.duplicates) waiting.push(`Delivered twice: ${view.state.duplicates} to come`);
  byId("faults-list").replaceChildren(...waiting.map((text) => make("li", {}, text)));
  byId("faults-count").hidden = !waiting.length;
  byId("faults-count").textContent = String(waiting.length);
  byId("block").hidden = isGroup(chat);
  byId("block").textContent = chat.blocked ? `${chat.name} unblocks the bot` : `${chat.name} blocks the bot`;
}

for (const button of document.querySelectorAll("[data-fault]")) {
  button.addEventListener("click", () => attempt(() => post("/control/faults", JSON.parse(button.dataset.fault))));
}
byId("clear-faults").addEventListener("click", () => attempt(() => remove("/control/faults")));
byId("block").addEventListener("click", () => person(chatInView().blocked ? "unblock" : "block"));

// ---- what the person is told after a tap

function drawNotices(chat) {
  const before = view.noticed.get(chat.chat_id);
  view.noticed.set(chat.chat_id, chat.notices.length);
  if (before === undefined || chat.notices.length === before) return;
  const latest = chat.notices.at(-1);
  if (!latest.alert) { say(latest.text); return; }
  byId("alert-text").textContent = latest.text;
  byId("alert-dialog").showModal();
}

// ---- narrow screens show one side at a time

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    document.body.dataset.view = button.dataset.show;
    for (const one of document.querySelectorAll("[data-show]")) one.setAttribute("aria-pressed", String(one === button));
  });
}

// ---- drawing

const personInView = () => (isGroup(chatInView()) ? "" : String(chatInView().chat_id));

async function refreshPanel() {
  const panel = await attempt(() => get(`/studio/panel?person=${personInView()}`));
  if (!panel) return;
  view.panel = panel;
  view.ahead = new Date(panel.now) - Date.now();
  setZone(panel.logged.zone);
  drawClock();
  const chat = chatInView();
  drawPanel(panel.logged, isGroup(chat) ? "About everybody" : `About ${chat.name}`);
  draw();
}

function soonRefresh() {
  clearTimeout(soonRefresh.timer);
  soonRefresh.timer = setTimeout(refreshPanel, 120);
}

function draw() {
  if (!view.state || !view.panel) return;
  const chat = chatInView();
  view.chat = chat.chat_id;
  view.read.set(chat.chat_id, chat.messages.at(-1)?.message_id ?? 0);
  drawPeople();
  drawHint(chat);
  drawChat(chat, view.state.bot, act);
  drawFaults(chat);
  drawNotices(chat);
}

keepNewestInView();
follow((state) => {
  const first = !view.state;
  view.state = state;
  if (first) refreshPanel();
  else { draw(); soonRefresh(); }
}, (lost) => { if (lost) say("The studio does not answer. Trying again …"); });
setInterval(() => view.state && refreshPanel(), 10000);
