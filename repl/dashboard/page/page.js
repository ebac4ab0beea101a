/** Shows what the peer does, as it tells. Everything it tells is put in as text. */

const byId = (id) => document.getElementById(id);
const token = takeToken();
/** What stands where nothing is known. */
const NOTHING = "–";
const NO_TOKEN =
  "This page needs the whole address that the peer printed when it started; the command \u201cstatus\u201d shows it too.";
let snapshot;

/** The token comes in the address once; it stays with this tab, out of the history. */
function takeToken() {
  const given = location.hash.slice(1);
  if (given !== "") {
    sessionStorage.setItem("token", given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem("token");
}

/** Server-sent events over fetch: an EventSource can't send the token in a header. */
async function follow() {
  const response = await fetch("api/events", { headers: { Authorization: `Bearer ${token}` } });
  if (response.status === 401) {
    return say(NO_TOKEN);
  }
  if (!response.ok) throw new Error(await response.text());
  connected(true);
  let text = "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const events = (text + value).split("\n\n");
    text = events.pop();
    for (const event of events) {
      const data = event.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6));
      if (data.length > 0) show(JSON.parse(data.join("\n")));
    }
  }
  throw new Error("the peer has stopped");
}

async function keepFollowing() {
  while (true) {
    try {
      return await follow();
    } catch {
      connected(false);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

function connected(live) {
  byId("live").textContent = live ? "live" : "no connection to the peer";
  document.body.classList.toggle("live", live);
}

function say(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = false;
  byId("live").textContent = "no token";
}

function show(next) {
  snapshot = next;
  document.title = `${next.name} – clonecloud`;
  byId("main").hidden = false;
  byId("name").textContent = next.name;
  byId("peer").textContent = next.peer;
  byId("appCount").textContent = next.apps.length;
  byId("guestCount").textContent = `${next.guests.length} of ${next.maxGuests}`;
  byId("awayCount").textContent =
    next.migrations.filter(({ state, role }) => state === "away" && role === "device").length;
  byId("stored").textContent = bytes(next.storeBytes);
  fill("apps", next.apps.map(appRow));
  fill("guests", next.guests.map(guestRow));
  fill("migrations", next.migrations.slice(0, 20).map(migrationRow));
  fill("peers", next.peers.map(peerRow));
  byId("addresses").replaceChildren(
    ...(next.addresses.length > 0 ? next.addresses : ["nothing"]).map((address) => {
      const item = document.createElement("li");
      item.textContent = address;
      return item;
    }),
  );
}

function appRow(
  { app, clone, conditions: { rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed, power } },
) {
  return [
    nameCell(app),
    threadCell("device", app),
    nameCell(clone.name || short(clone.peer), "said"),
    cell(`${rttMs.toFixed(1)} ms`, "n"),
    cell(rate(upBytesPerSecond), "n"),
    cell(rate(downBytesPerSecond), "n"),
    cell(`${cloneSpeed.toFixed(1)} ×`, "n"),
    cell(powerOf({ power })),
  ];
}

function guestRow({ app, device, pid }) {
  return [nameCell(app, "said"), threadCell("clone", app), nameCell(nameOf(device), "said"), cell(pid, "n")];
}

/** What the thread of a session does: away on its migration, or at home. */
function threadCell(role, app) {
  const away = snapshot.migrations.find((row) =>
    row.state === "away" && row.role === role && row.app === app
  );
  if (away === undefined) return cell(role === "device" ? "runs here" : "waits");
  return role === "device"
    ? nameCell(`is away: ${away.method.split("#").pop()}`, "away", away.method)
    : cell("runs here", "away");
}

function migrationRow({ state, role, app, method, peer, startedAt, bytesUp, bytesDown, ms }) {
  const other = role === "device" ? peer : nameOf(peer);
  const time = cell(duration(ms), "n");
  if (state === "away") time.dataset.since = startedAt;
  return [
    cell(state, `${state} short`),
    nameCell(method || app, "mono"),
    cell(role === "device" ? `here → ${other}` : `${other} → here`, "said"),
    cell(new Date(startedAt).toLocaleTimeString(), "short"),
    cell(bytes(bytesUp), "n"),
    cell(state === "home" ? bytes(bytesDown) : NOTHING, "n"),
    time,
  ];
}

function peerRow(row) {
  const { peer, name, connected, rttMs, upBytesPerSecond, downBytesPerSecond, speed, load, cores, address } =
    row;
  return [
    nameCell(name || short(peer), "said", peer),
    cell(stateOf(row), `said ${row.problem ? "abandoned" : connected ? "home" : ""}`.trim()),
    cell(known(rttMs, (ms) => `${ms.toFixed(1)} ms`), "n"),
    cell(known(upBytesPerSecond, rate), "n"),
    cell(known(downBytesPerSecond, rate), "n"),
    cell(known(speed, (times) => `${times.toFixed(1)} ×`), "n"),
    cell(known(load, (busy) => `${busy.toFixed(1)} of ${cores}`), "short"),
    cell(powerOf(row)),
    address === undefined ? cell(NOTHING) : nameCell(address.replace(/\/p2p\/.*$/, ""), "mono", address),
  ];
}

function stateOf({ trusted, connected, problem, knownBy }) {
  if (problem) return problem;
  if (knownBy) return `known by ${knownBy.join(", ")}`;
  if (!trusted) return "near by, not paired";
  return connected ? "paired, connected" : "paired, not in reach";
}

function powerOf({ power, batteryPercent }) {
  const level = batteryPercent === undefined ? "" : ` ${batteryPercent} %`;
  return `${power === undefined || power === "unknown" ? "" : power}${level}`.trim() || NOTHING;
}

function known(value, shown) {
  return value === undefined ? NOTHING : shown(value);
}

function cell(text, className = "", title = "") {
  const element = document.createElement("td");
  element.append(Object.assign(document.createElement("span"), { textContent: text }));
  element.className = text === NOTHING ? `${className} none` : className;
  if (title !== "") element.title = title;
  return element;
}

/** A cell with an id, path or name, which may break behind its separators. */
function nameCell(text, className = "", title = "") {
  const element = cell("", `${className} name`.trim(), title);
  const parts = text.split(/(?<=[/#@_-])(?=[^/#@_-])|(?<=\.)(?=\w{4})/);
  element.firstChild.append(
    ...parts.flatMap((part, i) => i === 0 ? [part] : [document.createElement("wbr"), part]),
  );
  return element;
}

function fill(id, rows) {
  const table = byId(id);
  table.tHead.hidden = rows.length === 0;
  const shown = rows.length > 0
    ? rows
    : [[Object.assign(cell(table.dataset.empty, "empty"), { colSpan: 9 })]];
  const made = shown.map((cells) => {
    const row = document.createElement("tr");
    cells.forEach((item, i) => item.dataset.label = table.tHead.rows[0].cells[i].textContent);
    row.append(...cells);
    return row;
  });
  const body = table.tBodies[0];
  // A row that says the same stays: so does what a person has marked in it.
  const kept = new Map([...body.rows].map((row) => [sayingOf(row), row]));
  const next = made.map((row) => {
    const saying = sayingOf(row);
    const same = kept.get(saying);
    kept.delete(saying);
    return same ?? row;
  });
  if (next.length !== body.rows.length || next.some((row, i) => row !== body.rows[i])) {
    body.replaceChildren(...next);
  }
}

/** All that a row says, but for what changes by itself. */
function sayingOf(row) {
  return [...row.cells].map((item) =>
    item.dataset.since ?? [item.className, item.textContent, item.title].join("\t")
  ).join("\n");
}

function nameOf(peer) {
  return snapshot.peers.find((row) => row.peer === peer && row.name !== "" && row.name !== "unnamed")?.name ??
    short(peer);
}

/** The end of a peer id; not to be broken behind the dots. */
function short(peer) {
  return `…\u2060${peer.slice(-8)}`;
}

function bytes(count) {
  if (count < 1000) return `${count} B`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

function rate(bytesPerSecond) {
  return `${(bytesPerSecond * 8 / 1e6).toFixed(1)} Mbit/s`;
}

function duration(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Threads that are away get older without anybody telling. */
setInterval(() => {
  for (const time of document.querySelectorAll("[data-since]")) {
    time.textContent = duration(Date.now() - Number(time.dataset.since));
  }
}, 250);

if (token === null) {
  say(NO_TOKEN);
} else keepFollowing();
