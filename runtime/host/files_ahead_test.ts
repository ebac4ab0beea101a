import assert from "node:assert/strict";
import type { GuestReply, GuestRequest } from "../thread/protocol.ts";
import { type Answer, FilesAhead } from "./files_ahead.ts";

const NONE = new Uint8Array();

/** What a clone and a device say to {@linkcode FilesAhead}: contents are the texts that they are called. */
class Ends {
  readonly fetched: string[] = [];
  readonly asked: GuestRequest[] = [];
  readonly told: GuestReply[] = [];
  /** Comes when it is waited for. */
  due: GuestReply | undefined;
  settled = 0;
  readonly lost = new Set<string>();
  #answered: ((answer: Answer) => void) | undefined;

  files(): FilesAhead {
    return new FilesAhead(
      {
        fetch: (hashes) => {
          this.fetched.push(...hashes);
          return hashes.some((hash) => this.lost.has(hash))
            ? undefined
            : new TextEncoder().encode(hashes.join(""));
        },
        ask: (request, answered) => {
          this.asked.push(request);
          this.#answered = answered;
        },
        settle: () => {
          this.settled++;
          this.answer(this.due!);
        },
      },
      (reply) => this.told.push(reply),
    );
  }

  answer(reply: GuestReply): void {
    this.#answered!({ reply, bytes: NONE });
  }
}

function named(next: string | undefined, ...names: string[]): GuestReply {
  const ahead = names.map((name) => ({ path: `/${name}`, bytes: name.length, chunks: [...name] }));
  return { ok: true, chunks: [], ahead, ...(next !== undefined && { next }) };
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes);
}

Deno.test("FilesAhead.read() fetches a file when it is read, and no other", () => {
  const ends = new Ends();
  const files = ends.files();
  files.take({ reply: named(undefined, "abc", "defg"), bytes: NONE });
  assert.equal(text(files.read("/defg", 1, 2)), "ef");
  assert.deepEqual(ends.fetched, [..."defg"]);
  assert.equal(text(files.read("/defg", 0, 4)), "defg");
  assert.equal(files.read("/defg", 2, 4), undefined, "there is no more");
  assert.equal(files.read("/xyz", 0, 1), undefined);
  assert.deepEqual(ends.fetched, [..."defg"], "it is kept");
  assert.deepEqual(ends.asked, []);
});

Deno.test("FilesAhead.read() leaves to a question what got lost on the way", () => {
  const ends = new Ends();
  const files = ends.files();
  files.take({ reply: named(undefined, "abc"), bytes: NONE });
  ends.lost.add("b");
  assert.equal(files.read("/abc", 0, 3), undefined);
  ends.lost.clear();
  assert.equal(files.read("/abc", 0, 3), undefined, "it isn't asked for again");
});

Deno.test("FilesAhead asks for more once, before what came is read", () => {
  const ends = new Ends();
  const files = ends.files();
  files.take({ reply: named("/next", "aaaa", "bbbb", "cccc"), bytes: NONE });
  assert.deepEqual(ends.asked, []);
  files.read("/aaaa", 0, 4);
  files.read("/bbbb", 0, 4);
  assert.deepEqual(ends.asked, [{ op: "file", call: "ahead", path: "/next" }]);
  ends.answer(named(undefined, "next"));
  assert.equal(ends.told.length, 1);
  assert.equal(text(files.read("/next", 0, 4)), "next");
  files.read("/cccc", 0, 4);
  assert.equal(ends.asked.length, 1, "there is no more");
  assert.equal(ends.settled, 0);
});

Deno.test("FilesAhead.read() waits for an answer that begins with the file", () => {
  const ends = new Ends();
  const files = ends.files();
  files.take({ reply: named("/next", "aaaa"), bytes: NONE });
  files.read("/aaaa", 0, 4);
  assert.equal(files.awaits("/other"), false);
  assert.equal(ends.settled, 0);
  ends.due = named(undefined, "next");
  assert.equal(text(files.read("/next", 0, 4)), "next");
  assert.equal(ends.settled, 1);
});

Deno.test("FilesAhead.awaits() goes on after an answer that brings nothing, and asks no more", () => {
  const ends = new Ends();
  const files = ends.files();
  files.take({ reply: named("/next", "aaaa"), bytes: NONE });
  files.read("/aaaa", 0, 4);
  ends.due = { ok: false };
  assert.equal(files.awaits("/next"), false);
  assert.equal(files.awaits("/next"), false);
  assert.deepEqual([ends.settled, ends.asked.length], [1, 1]);
});

Deno.test("FilesAhead.take() tells bytes that were asked for from those of further files", () => {
  const files = new Ends().files();
  const ahead = [{ path: "/a", bytes: 2 }, { path: "/b", bytes: 3 }];
  const own = files.take({ reply: { ok: true, ahead }, bytes: new TextEncoder().encode("ownaabbb") });
  assert.equal(text(own), "own");
  assert.equal(text(files.read("/b", 0, 3)), "bbb");
  files.begin();
  assert.equal(files.read("/a", 0, 2), undefined, "the device's files may have changed");
});
