import { deepStrictEqual } from "node:assert/strict";
import { StayedHere } from "./stayed_here.ts";

const at = { thread: "main" } as const;

Deno.test("StayedHere tells why each method that was named ran here, by its first reason", () => {
  const stayed = new StayedHere();
  stayed.event({ ...at, event: "local", method: "a.ts#f", reason: "no clone has answered yet" });
  stayed.event({ ...at, event: "local", method: "a.ts#f", reason: "another thread is away" });
  stayed.event({ ...at, event: "local", method: "a.ts#g", reason: "Cannot capture this: a socket" });
  deepStrictEqual(stayed.lines(["a.ts#f", "a.ts#g", "a.ts#h"]), [
    "a.ts#f ran here: no clone has answered yet",
    "a.ts#g ran here: Cannot capture this: a socket",
  ]);
});

Deno.test("StayedHere tells which methods that were named the app never came to, if it is known what it loaded", () => {
  const stayed = new StayedHere();
  stayed.event({ ...at, event: "merge", method: "a.ts#f" });
  const named = ["a.ts#f", "a.ts#g", "b.ts#h"];
  deepStrictEqual(stayed.lines(named, (path) => path === "a.ts"), [
    "a.ts#g was called within other migrations at most",
    "b.ts#h was not there: no b.ts was loaded",
  ]);
  deepStrictEqual(stayed.lines(named), []);
});

Deno.test("StayedHere says that a method was never called only if nothing could have called it unseen", () => {
  const stayed = new StayedHere();
  deepStrictEqual(stayed.lines(["a.ts#f"], () => true), ["a.ts#f was never called"]);
  stayed.worker();
  deepStrictEqual(stayed.lines(["a.ts#f"], () => true), [
    "a.ts#f was called in Workers at most, whose methods stay here",
  ]);
});

Deno.test("StayedHere says nothing of a method that migrated at all, or that nobody named", () => {
  const stayed = new StayedHere();
  for (const method of ["a.ts#f", "a.ts#g"]) {
    stayed.event({ ...at, event: "local", method, reason: "no clone has answered yet" });
  }
  stayed.event({ ...at, event: "merge", method: "a.ts#f" });
  deepStrictEqual(stayed.lines(["a.ts#f"]), []);
});
