import { equal, notEqual } from "node:assert/strict";
import { bootQuery } from "./run_folders.ts";
import { ownPlace } from "./run_place.ts";
import { Supervisor, type SupervisorParts } from "./supervisor.ts";

/** Of these nothing is asked before an app speaks. */
const PARTS = {} as SupervisorParts;
const PLACE = ownPlace();

Deno.test("bootQuery() is the same for each supervisor of a process, unless another one lives", () => {
  const query = () => {
    const supervisor = new Supervisor(PARTS, PLACE);
    try {
      return bootQuery(supervisor.folder, PLACE.pid);
    } finally {
      supervisor.close();
    }
  };
  const first = query();
  equal(query(), first);
  equal(first.includes(String(Deno.pid)), false);
  const living = new Supervisor(PARTS, PLACE);
  try {
    const second = query();
    notEqual(second, first);
    notEqual(query(), second);
  } finally {
    living.close();
  }
});
