// The page of a node: reads the public API of one rope and shows it. No framework, nothing from elsewhere.
// All text from the node is set as text, never as markup.

import { language, setLanguage, t } from "./text.js";

const kRefreshMs = 2000;
const kTxs = 30;
const kEntries = 100;
const kTables = ["policy_documents", "issuers", "pilots", "stated_claims"];

const state = {
  ropes: [], rope: null, height: null,
  txs: [], entries: [], next: null, table: "policy_documents", tableChosen: false,
  reachable: true, shown: null, search: null,
};

const $ = (id) => document.getElementById(id);

function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name === "text") element.textContent = value;
    else if (name === "onclick") element.addEventListener("click", value);
    else if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// --- the API -------------------------------------------------------------------------------------

class ApiError extends Error {
  constructor(status, body) {
    super(body?.title ?? String(status));
    this.status = status;
    this.body = body;
  }
}

async function get(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  const body = await answer.json().catch(() => null);
  if (!answer.ok) throw new ApiError(answer.status, body);
  return body;
}

const ropePath = (rest) => `/v1/ropes/${encodeURIComponent(state.rope)}${rest}`;

/// Absent is an answer here, not a failure.
async function findTx(id) {
  try {
    const tx = await get(ropePath(`/txs/${id}`));
    return tx.status === "unknown" ? null : tx;
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

// --- words ---------------------------------------------------------------------------------------

function timeText(ms) {
  if (!ms) return "–";
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ") + " UTC";
}

const count = (number) => Number(number).toLocaleString(language === "zh" ? "zh-CN" : "en");
const short = (hash) => `${hash.slice(0, 10)}…`;

function localized(fields, base) {
  const own = language === "zh" ? [`${base}_zh_presumed`, `${base}_zh`] : [];
  for (const name of [...own, `${base}_en`, base]) if (fields[name]) return fields[name];
  return null;
}

function entryTitle(entry) {
  const fields = entry.fields ?? {};
  return localized(fields, "title") ?? localized(fields, "name") ?? fields.statement ??
    `${entry.media_type ?? ""} ${short(entry.sha256)}`;
}

function entryNotes(entry) {
  const fields = entry.fields ?? {};
  const id = fields.id ?? fields.issuer_id;
  const parts = [id, fields.date, fields.region];
  if (language === "en") parts.push(fields.doc_type, fields.level, fields.group);
  if (fields.status === "draft") parts.push(t("draft"));
  return parts.filter(Boolean).join(" · ");
}

const sourceOf = (fields) => {
  if (!fields.source) return fields.table ? t("survey") : "–";
  return /^survey of 2017$/i.test(fields.source) ? t("survey") : fields.source;
};

/// The issuers' table, deposited on the same rope, gives ids their names.
function bodyName(id) {
  const row = state.entries.find((entry) => entry.fields?.issuer_id === id);
  return row ? localized(row.fields, "name") ?? id : id;
}

function attributedText(fields) {
  const ids = (fields.attributed_to ?? "").split(" ").filter(Boolean);
  return ids.length ? ids.map(bodyName).join(language === "zh" ? "、" : ", ") : t("nobody");
}

function attestationNode(entry) {
  const names = (entry.attested_by ?? []).map((who) =>
    typeof who === "string" ? who : who.account_name ?? who.name ?? who.account);
  if (names.length) return make("span", { class: "good", text: t("attested_by") + names.join(", ") });
  if (!entry.fields?.attributed_to) return make("span", { text: "–" });
  return make("span", { class: "caution", text: t("not_attested") });
}

function statusNode(tx) {
  const kind = tx.status === "committed" && tx.code !== 0 && tx.code !== undefined ? "refused" : tx.status;
  const badge = make("span", { class: `badge ${kind}`, text: t(kind) });
  return tx.rule ? make("span", {}, badge, make("code", { class: "rule", text: tx.rule })) : badge;
}

const txLink = (id, text) => make("a", {
  href: `#/${encodeURIComponent(state.rope)}/tx/${id}`, class: "hash", title: id, text: text ?? short(id),
});

// --- drawing -------------------------------------------------------------------------------------

function drawWords() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = t(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", t(element.dataset.label));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
}

function drawFacts() {
  const rope = state.ropes.find((one) => one.rope === state.rope);
  if (!rope) return;
  for (const banner of document.querySelectorAll(".demo")) {
    banner.hidden = !(rope.demo || rope.origin?.startsWith("dev."));
  }
  $("height").textContent = count(rope.height);
  $("log-size").textContent = count(rope.log_size);
  $("block-time").textContent = timeText(rope.time_ms);
  $("state-root").textContent = rope.state_root ?? "–";
  $("checkpoint-link").href = ropePath("/log/checkpoint");
  document.title = `${rope.origin} · ropenet`;
}

function drawReachable(problem) {
  $("pulse").classList.toggle("lost", !state.reachable);
  $("live-text").textContent = state.reachable ? t("live") : t("lost");
  $("trouble").hidden = !problem;
  $("trouble").textContent = problem ?? "";
}

function drawRopeChoice() {
  const choice = $("rope");
  choice.replaceChildren(...state.ropes.map((rope) => make("option", { value: rope.rope, text: rope.rope })));
  choice.value = state.rope;
}

function headRow(table, keys) {
  table.tHead.replaceChildren(make("tr", {}, ...keys.map((key) => make("th", { scope: "col", text: t(key) }))));
}

/// On a phone each cell stands under its own label.
function cell(key, content) {
  const node = typeof content === "string" ? document.createTextNode(content) : content;
  return make("td", { "data-label": t(key) }, node);
}

function drawTxs() {
  const table = $("txs");
  headRow(table, ["time", "status", "action", "account", "height", "tx_id"]);
  table.tBodies[0].replaceChildren(...state.txs.map((tx) => make("tr", {},
    cell("time", timeText(tx.time_ms)),
    cell("status", statusNode(tx)),
    cell("action", `${tx.contract}/${tx.action}`),
    cell("account", make("span", { title: tx.account, text: tx.account_name ?? tx.account ?? "" })),
    cell("height", count(tx.height)),
    cell("tx_id", txLink(tx.tx_id)))));
  table.hidden = state.txs.length === 0;
  $("txs-empty").hidden = state.txs.length !== 0;
}

const tableOf = (entry) => entry.fields?.table ?? "none";

function drawTabs() {
  const present = new Map();
  for (const entry of state.entries) present.set(tableOf(entry), (present.get(tableOf(entry)) ?? 0) + 1);
  const order = [...kTables, ...[...present.keys()].filter((name) => !kTables.includes(name))];
  const names = order.filter((name) => present.has(name));
  if (names.length > 1) names.push("all");
  if (!names.includes(state.table) && !state.tableChosen) state.table = names[0] ?? "all";
  $("tables").replaceChildren(...names.map((name) => {
    const size = name === "all" ? state.entries.length : present.get(name);
    const label = kTables.includes(name) || name === "all" || name === "none" ? t(`table_${name}`) : name;
    return make("button", {
      type: "button", "aria-pressed": String(state.table === name), text: `${label} (${count(size)})`,
      onclick: () => { state.table = name; state.tableChosen = true; drawEntries(); },
    });
  }));
}

function entryRow(entry) {
  const notes = entryNotes(entry);
  return make("tr", {},
    cell("entry", make("div", {},
      make("a", { href: `#/${encodeURIComponent(state.rope)}/tx/${entry.tx_id}`, text: entryTitle(entry) }),
      notes ? make("div", { class: "notes", text: notes }) : null)),
    cell("recorded_by", make("span", { title: entry.account, text: entry.account_name ?? entry.account })),
    cell("attributed_to", attributedText(entry.fields ?? {})),
    cell("source", sourceOf(entry.fields ?? {})),
    cell("attestation", attestationNode(entry)));
}

function drawEntryTable(table, entries) {
  headRow(table, ["entry", "recorded_by", "attributed_to", "source", "attestation"]);
  table.tBodies[0].replaceChildren(...entries.map(entryRow));
}

function drawEntries() {
  drawTabs();
  const rows = state.entries.filter((entry) => state.table === "all" || tableOf(entry) === state.table);
  drawEntryTable($("entries"), rows);
  $("entries").hidden = rows.length === 0;
  $("entries-empty").hidden = state.entries.length !== 0;
  $("entries-more").hidden = state.next === null;
}

function drawResult() {
  const box = $("result");
  const found = state.search;
  if (!found) return box.replaceChildren();
  if (found.note) return box.replaceChildren(make("p", { class: "notice", text: t(found.note) }));
  const parts = [];
  if (found.file) parts.push(make("p", { class: "hint", text: t("hash_of") + found.file }),
    make("p", { class: "hash", text: found.hash }));
  if (found.tx) parts.push(make("h3", { text: t("found_tx") }), make("p", {}, statusNode(found.tx), " ",
    `${found.tx.contract}/${found.tx.action} · ${timeText(found.tx.time_ms)} · `, txLink(found.tx.tx_id)));
  if (found.entries.length) {
    const table = make("table", {}, make("thead"), make("tbody"));
    drawEntryTable(table, found.entries);
    parts.push(make("h3", { text: t("found_entries") }), make("div", { class: "scroll" }, table));
  }
  if (!found.tx && !found.entries.length) parts.push(make("p", { class: "notice", text: t("not_found") }));
  box.replaceChildren(...parts);
}

function definition(key, content) {
  if (content === undefined || content === null || content === "") return [];
  return [make("dt", { text: t(key) }), make("dd", {}, content)];
}

/// What must be said wherever an entry is shown.
function attributionOf(txId) {
  const known = [...state.entries, ...(state.search?.entries ?? [])];
  const entry = known.find((one) => one.tx_id === txId);
  if (!entry) return [];
  return [...definition("recorded_by", entry.account_name ?? entry.account),
    ...definition("attributed_to", attributedText(entry.fields ?? {})),
    ...definition("source", sourceOf(entry.fields ?? {})),
    ...definition("attestation", attestationNode(entry))];
}

function drawDetail() {
  const body = $("detail-body");
  const tx = state.shown?.tx;
  if (tx === undefined) return body.replaceChildren(make("p", { text: t("loading") }));
  if (tx === null) return body.replaceChildren(make("p", { class: "notice", text: t("not_found") }));
  const recorded = tx.index !== undefined && tx.index !== null;
  const list = make("dl", { class: "detail-list" },
    ...definition("status", statusNode(tx)),
    ...definition("message", tx.message?.[language]),
    ...definition("action", `${tx.contract}/${tx.action}`),
    ...definition("account", make("span", { class: "hash", text: [tx.account_name, tx.account].filter(Boolean).join(" · ") })),
    ...attributionOf(tx.tx_id),
    ...definition("time", timeText(tx.time_ms)),
    ...definition("height", recorded ? count(tx.height) : null),
    ...definition("position", recorded ? count(tx.index) : null),
    ...definition("tx_id", make("span", { class: "hash", text: tx.tx_id })));
  const args = tx.args && Object.keys(tx.args).length ? [make("h3", { text: t("args") }),
    make("pre", { tabindex: "0", text: JSON.stringify(tx.args, null, 2) })] : [];
  const links = make("p", { class: "row" });
  if (recorded) links.append(make("a", { class: "button primary", href: ropePath(`/txs/${tx.tx_id}/bundle`),
    download: `${tx.tx_id}.tar`, text: t("bundle"), onclick: (event) => downloadBundle(event, tx.tx_id) }));
  links.append(make("a", { class: "button", href: ropePath(`/txs/${tx.tx_id}`), text: t("json") }));
  const note = make("p", { class: "hint", id: "bundle-note", role: "status", text: t("bundle_note") });
  body.replaceChildren(list, links, note, ...args);
}

function drawAll() {
  drawWords();
  drawFacts();
  drawReachable();
  drawTxs();
  drawEntries();
  drawResult();
  if (state.shown) drawDetail();
}

// --- what happens ----------------------------------------------------------------------------------

/// The bundle exists once a checkpoint covers the record; until then the node says 202.
async function downloadBundle(event, id) {
  event.preventDefault();
  const note = $("bundle-note");
  for (let tries = 0; tries < 20; ++tries) {
    const answer = await fetch(ropePath(`/txs/${id}/bundle`)).catch(() => null);
    if (answer?.status === 200) {
      const url = URL.createObjectURL(await answer.blob());
      make("a", { href: url, download: `${id}.tar` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60000);
      note.textContent = t("bundle_note");
      return;
    }
    if (answer?.status !== 202) break;
    note.textContent = t("bundle_wait");
    await new Promise((done) => setTimeout(done, 500));
  }
  note.textContent = t("bundle_failed");
}

async function loadEntries(cursor) {
  const rope = state.rope;
  const page = await get(ropePath(`/entries?limit=${kEntries}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));
  if (rope !== state.rope) return;
  state.entries = cursor ? [...state.entries, ...page.entries] : page.entries;
  state.next = page.next ?? null;
  drawEntries();
}

async function loadTxs() {
  const rope = state.rope;
  const page = await get(ropePath(`/txs?limit=${kTxs}&order=desc`));
  if (rope !== state.rope) return;
  state.txs = page.txs;
  drawTxs();
}

async function refresh() {
  try {
    state.ropes = (await get("/v1/ropes")).ropes;
    state.reachable = true;
    const names = state.ropes.map((rope) => rope.rope);
    if (!names.includes(state.rope)) state.rope = names[0] ?? null;
    if ([...$("rope").options].map((option) => option.value).join() !== names.join()) drawRopeChoice();
    drawFacts();
    drawReachable();
    const rope = state.ropes.find((one) => one.rope === state.rope);
    if (!rope || rope.height === state.height) return;
    await loadTxs();
    // Further pages that a reader asked for stay as they are.
    if (state.entries.length <= kEntries) await loadEntries(null);
    state.height = rope.height;
  } catch (error) {
    state.reachable = !(error instanceof TypeError);
    const message = error.body?.[language] ?? error.body?.detail ?? error.message;
    drawReachable(state.reachable ? `${t("failed")}: ${message}` : t("lost"));
  }
}

async function tick() {
  if (!document.hidden) await refresh();
  setTimeout(tick, kRefreshMs);
}

async function lookUp(hash, file) {
  if (!/^[0-9a-f]{64}$/.test(hash)) {
    state.search = { note: "not_hash" };
    return drawResult();
  }
  history.replaceState(null, "", `#/${encodeURIComponent(state.rope)}/find/${hash}`);
  try {
    const [tx, page] = await Promise.all([findTx(hash), get(ropePath(`/entries?limit=30&sha256=${hash}`))]);
    state.search = { hash, file, tx, entries: page.entries };
    drawResult();
  } catch (error) {
    drawReachable(`${t("failed")}: ${error.message}`);
  }
}

async function hashFile(file) {
  if (!globalThis.crypto?.subtle) {
    state.search = { note: "no_crypto" };
    return drawResult();
  }
  state.search = { note: "hashing" };
  drawResult();
  try {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const hash = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    $("query").value = hash;
    await lookUp(hash, file.name);
  } catch {
    state.search = { note: "file_failed" };
    drawResult();
  }
}

function chooseRope(rope) {
  if (state.rope === rope) return;
  Object.assign(state, { rope, height: null, txs: [], entries: [], next: null, search: null,
    table: "policy_documents", tableChosen: false });
  $("rope").value = rope;
  drawAll();
  refresh();
}

/// "#/<rope>", "#/<rope>/tx/<id>" and "#/<rope>/find/<hash>": what is shown can be linked to.
async function followHash() {
  const [, rope, kind, id] = location.hash.split("/").map(decodeURIComponent);
  const dialog = $("detail");
  if (rope && state.ropes.some((one) => one.rope === rope)) chooseRope(rope);
  if (kind !== "tx" || !/^[0-9a-f]{64}$/.test(id ?? "")) {
    state.shown = null;
    if (dialog.open) dialog.close();
    if (kind === "find" && id !== state.search?.hash) {
      $("query").value = id;
      await lookUp(id);
    }
    return;
  }
  state.shown = { id };
  drawDetail();
  if (!dialog.open) dialog.showModal();
  try {
    const tx = await findTx(id);
    if (state.shown?.id !== id) return;
    state.shown = { id, tx };
    drawDetail();
  } catch (error) {
    $("detail-body").replaceChildren(make("p", { class: "notice", text: `${t("failed")}: ${error.message}` }));
  }
}

function listen() {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => { setLanguage(button.dataset.language); drawAll(); });
  }
  $("rope").addEventListener("change", (event) => {
    chooseRope(event.target.value);
    history.replaceState(null, "", `#/${encodeURIComponent(event.target.value)}`);
  });
  $("search").addEventListener("submit", (event) => {
    event.preventDefault();
    lookUp($("query").value.trim().toLowerCase());
  });
  $("file").addEventListener("change", (event) => {
    if (event.target.files[0]) hashFile(event.target.files[0]);
    event.target.value = "";
  });
  $("entries-more").addEventListener("click", () =>
    loadEntries(state.next).catch((error) => drawReachable(`${t("failed")}: ${error.message}`)));
  $("detail-close").addEventListener("click", () => $("detail").close());
  $("detail").addEventListener("click", (event) => { if (event.target === $("detail")) $("detail").close(); });
  $("detail").addEventListener("close", () => {
    const found = state.search?.hash ? `/find/${state.search.hash}` : "";
    if (state.shown) history.replaceState(null, "", `#/${encodeURIComponent(state.rope)}${found}`);
    state.shown = null;
  });
  window.addEventListener("hashchange", followHash);
}

drawWords();
listen();
await refresh();
await followHash();
setTimeout(tick, kRefreshMs);
