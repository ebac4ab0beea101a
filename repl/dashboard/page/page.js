/** Shows what the peer does, as it tells. Everything it tells is put in as text. */

const byId = (id) => document.getElementById(id);
const token = takeToken();
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
    return say(
      "This page needs the whole address that the peer printed when it started; `status` shows it too.",
    );
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
  byId("awayCount").textContent = next.migrations.filter(({ state }) => state === "away").length;
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
    cell(app),
    threadCell("device", app),
    cell(clone.name || short(clone.peer), "short"),
    cell(`${rttMs.toFixed(1)} ms`, "n"),
    cell(rate(upBytesPerSecond), "n"),
    cell(rate(downBytesPerSecond), "n"),
    cell(`${cloneSpeed.toFixed(1)} ×`, "n"),
    cell(power),
  ];
}

function guestRow({ app, device, pid }) {
  return [cell(app), threadCell("clone", app), cell(nameOf(device)), cell(pid, "n")];
}

/** What the thread of a session does: away on its migration, or at home. */
function threadCell(role, app) {
  const away = snapshot.migrations.find((row) =>
    row.state === "away" && row.role === role && row.app === app
  );
  if (away === undefined) return cell(role === "device" ? "runs here" : "waits");
  return role === "device"
    ? cell(`is away: ${away.method.split("#").pop()}`, "away", away.method)
    : cell("runs here", "away");
}

function migrationRow({ state, role, app, method, peer, startedAt, bytesUp, bytesDown, ms }) {
  const other = role === "device" ? peer : nameOf(peer);
  const time = cell(duration(ms), "n");
  if (state === "away") time.dataset.since = startedAt;
  return [
    cell(state, `${state} short`),
    cell(method || app, "mono"),
    cell(role === "device" ? `here → ${other}` : `${other} → here`, "short"),
    cell(new Date(startedAt).toLocaleTimeString(), "short"),
    cell(bytes(bytesUp), "n"),
    cell(state === "home" ? bytes(bytesDown) : "–", "n"),
    time,
  ];
}

function peerRow({ peer, name, trusted, connected, rttMs, address }) {
  return [
    cell(name || "unnamed"),
    cell(
      !trusted ? "near by, not paired" : connected ? "paired, connected" : "paired, not in reach",
      connected ? "home short" : "short",
    ),
    cell(rttMs === undefined ? "–" : `${rttMs.toFixed(1)} ms`, "n"),
    cell(short(peer), "mono short", peer),
    cell(address?.replace(/\/p2p\/.*$/, "") ?? "–", "mono", address),
  ];
}

function cell(text, className = "", title = "") {
  const element = document.createElement("td");
  element.textContent = text;
  element.className = className;
  if (title !== "") element.title = title;
  return element;
}

function fill(id, rows) {
  const table = byId(id);
  table.tHead.hidden = rows.length === 0;
  const shown = rows.length > 0
    ? rows
    : [[Object.assign(cell(table.dataset.empty, "empty"), { colSpan: 9 })]];
  table.tBodies[0].replaceChildren(...shown.map((cells) => {
    const row = document.createElement("tr");
    cells.forEach((item, i) => item.dataset.label = table.tHead.rows[0].cells[i].textContent);
    row.append(...cells);
    return row;
  }));
}

function nameOf(peer) {
  return snapshot.peers.find((row) => row.peer === peer && row.name !== "" && row.name !== "unnamed")?.name ??
    short(peer);
}

function short(peer) {
  return `…${peer.slice(-8)}`;
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
  say("This page needs the whole address that the peer printed when it started; `status` shows it too.");
} else keepFollowing();
