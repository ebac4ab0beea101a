import { deepStrictEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { diagnoseNetwork, diagnoseRow } from "../net/doctor/diagnose.ts";
import { examineAddress } from "../net/doctor/mod.ts";
import { Lab } from "./two_machines.ts";

const unavailable = Lab.unavailable();

Deno.test({
  name: "doctor says what keeps two machines apart" +
    (unavailable === undefined ? "" : ` (skipped: ${unavailable})`),
  ignore: unavailable !== undefined,
  async fn(test) {
    await using lab = await Lab.create();
    const { device, clone } = lab;
    const cli = (
      machine: typeof device,
      ...args: string[]
    ) => [machine.deno, "run", "-A", `${machine.project}/mod.ts`, ...args];
    const start = async () => {
      const peer = clone.spawn(cli(clone, "peer", "--name", "laptop", "--listen", "/ip4/0.0.0.0/tcp/4001"));
      await peer.waitFor(/\/ip4\/10\.\S+/);
      return peer;
    };
    const look = async (...args: string[]) => {
      const { code, stdout, stderr } = await device.run(cli(device, "doctor", "--json", ...args));
      if (stdout === "") throw new Error(stderr);
      const { network, peers } = JSON.parse(stdout);
      const found = [...network, ...peers.flatMap(({ findings }: any) => findings)].map(({ code }: any) =>
        code
      );
      return { code, found, stderr };
    };
    const codes = async (...args: string[]) => {
      const { code, found } = await look(...args);
      return { code, found };
    };
    let peer = await start();
    const offer = clone.spawn(cli(clone, "pair"));
    const [, code] = await offer.waitFor(/Code: (\S+)/);
    equal((await device.run(cli(device, "pair", code!, `/ip4/${clone.ip}/tcp/4001`))).code, 0);

    await test.step("nothing", async () =>
      deepStrictEqual(await codes(), { code: 0, found: ["network", "reached"] }));
    await test.step("a VPN", async () => {
      await device.network("ip", "tuntap", "add", "tun0", "mode", "tun");
      await device.network("ip", "addr", "add", "10.200.0.1/24", "dev", "tun0");
      await device.network("ip", "link", "set", "tun0", "up");
      deepStrictEqual(await codes(), { code: 0, found: ["vpn", "reached"] });
      await device.network("ip", "link", "del", "tun0");
    });
    await test.step("a firewall", async () => {
      await clone.network("ip", "rule", "add", "pref", "1", "blackhole", "ipproto", "tcp");
      const { code, found, stderr } = await look();
      deepStrictEqual({ code, found }, { code: 1, found: ["network", "firewall"] });
      match(stderr, /^clonecloud: finding out whether the machine at \S+ is still there, 9 s at most …$/m);
      await clone.network("ip", "rule", "del", "pref", "1");
    });
    await test.step("a firewall on a machine that answers elsewhere, which takes no long look", async () => {
      await clone.network("ip", "rule", "add", "pref", "1", "blackhole", "ipproto", "tcp", "sport", "4001");
      const { stdout, stderr } = await device.run(cli(device, "doctor"));
      match(stdout, /drops what is sent to port 4001: a firewall/);
      doesNotMatch(stderr, /finding out/);
      await clone.network("ip", "rule", "del", "pref", "1");
    });
    await test.step("clients that are kept apart", async () => {
      for (const machine of [device, clone]) {
        await machine.network("sysctl", "-qw", "net.ipv4.conf.eth0.arp_ignore=8");
        await machine.network("ip", "neigh", "flush", "all");
      }
      deepStrictEqual(await codes("laptop"), { code: 1, found: ["network", "isolated"] });
      for (const machine of [device, clone]) {
        await machine.network("sysctl", "-qw", "net.ipv4.conf.eth0.arp_ignore=0");
      }
    });
    await test.step("a pairing that was revoked", async () => {
      const id = (await device.run(cli(device, "id"))).stdout.trim();
      equal((await clone.run(cli(clone, "trust", "remove", id))).code, 0);
      deepStrictEqual(await codes(), { code: 1, found: ["network", "not-paired"] });
    });
    await test.step("a peer that doesn't run", async () => {
      await peer.kill("SIGTERM");
      await peer.output();
      deepStrictEqual(await codes(), { code: 1, found: ["network", "not-running"] });
    });
    await test.step("multicast without a route", async () => {
      await device.network("ip", "route", "del", "224.0.0.0/4");
      await device.network("ip", "route", "del", "default");
      peer = await start();
      deepStrictEqual((await codes()).found, ["no-multicast", "not-paired"]);
    });
    await test.step("no network at all, of which pair and peer speak as well", async () => {
      await device.network("ip", "link", "set", "eth0", "down");
      equal((await codes()).found[0], "no-network");
      await device.network("ip", "addr", "flush", "dev", "eth0");
      const offer = device.spawn(cli(device, "pair"));
      await offer.waitFor(/it is in no network now/);
      await offer.kill("SIGTERM");
      await offer.output();
      const lonely = device.spawn(cli(device, "peer"));
      await lonely.waitFor(/\/ip4\/127\.0\.0\.1\//);
      await lonely.waitFor(/this machine is in no network now/, "stderr");
      await lonely.kill("SIGTERM");
      await lonely.output();
    });
    await peer.kill("SIGTERM");
    await peer.output();
  },
});

const row = { peer: "12D3", name: "laptop", trusted: true, connected: true, address: "/ip4/1", rttMs: 1 };

Deno.test("diagnoseRow() tells of clocks and versions that differ", () => {
  equal(diagnoseRow(row).code, "reached");
  match(diagnoseRow({ ...row, clockAheadMs: -600_000 }).what, /laptop's clock is 10 minutes behind this one/);
  match(
    diagnoseRow({ ...row, clockAheadMs: 26 * 3_600_000 }).what,
    /laptop's clock is 26 hours ahead of this one/,
  );
  equal(
    diagnoseRow({ ...row, problem: "it speaks version 9, this device 1: update clonecloud here" }).code,
    "version",
  );
  equal(diagnoseRow({ ...row, problem: "it lends itself to this device from 08:00" }).code, "unwilling");
});

Deno.test("diagnoseNetwork() tells of no network", () => {
  const found = diagnoseNetwork({ addresses: [], vpns: [], multicastRoute: false });
  deepStrictEqual(found.map(({ code }) => code), ["no-network"]);
});

Deno.test("diagnoseNetwork() names a VPN, and says what to do about it", () => {
  const facts = {
    addresses: [{ name: "wlan0", address: "10.0.0.2", prefixLength: 24 }],
    multicastRoute: true,
  };
  const [vpn] = diagnoseNetwork({ ...facts, vpns: ["wg0"] });
  match(vpn!.what, /^a VPN is on \(wg0\)/);
  match(vpn!.todo!, /allow local network access in the VPN's settings/);
});

Deno.test("examineAddress() looks at IPv6 addresses too", async () => {
  const codes: string[] = [];
  // Tests beside this one open ports too, the one that was just closed among them.
  for (let tries = 0; tries < 3 && codes.at(-1) !== "not-running"; tries++) {
    const listener = Deno.listen({ hostname: "::1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const code = async () => (await examineAddress(`/ip6/::1/tcp/${port}`)).at(-1)!.code;
    equal(await code(), "answers");
    listener.close();
    codes.push(await code());
  }
  equal(codes.at(-1), "not-running", `${codes}`);
});
