import { strictEqual } from "node:assert/strict";
import { play } from "../../tests/transcript.ts";

/** Breakpoints, several migrations, a thrown error, a method that can't migrate, mistakes. */
const SESSION = `\
clonecloud> table
no thread stands at a stage: \`run\` or \`step\` gets one there
clonecloud> partition
no method has a migration point; \`migrate METHOD\` gives it one
clonecloud> methods fail
tests/fixtures/steps.ts#fail  may migrate
clonecloud> migrate nothing
no method nothing here; \`methods\` lists all, \`partition\` those with a migration point
clonecloud> migrate <main>
tests/fixtures/steps.ts#<main> stays on the device: the main flow
clonecloud> migrate add
tests/fixtures/steps.ts#add migrates from the next \`run\` on
clonecloud> migrate fail
tests/fixtures/steps.ts#fail migrates from the next \`run\` on
clonecloud> migrate read
tests/fixtures/steps.ts#read migrates from the next \`run\` on
clonecloud> break nothing
no method nothing here; \`methods\` lists all, \`partition\` those with a migration point
clonecloud> break add
breakpoint at tests/fixtures/steps.ts#add
clonecloud> breaks
tests/fixtures/steps.ts#add
clonecloud> partition
* tests/fixtures/steps.ts#add
  tests/fixtures/steps.ts#fail
  tests/fixtures/steps.ts#read
clonecloud> run
main stands at capture of tests/fixtures/steps.ts#add (N bytes, 9 objects, 0 named)
clonecloud> where
main stands at capture of tests/fixtures/steps.ts#add (N bytes, 9 objects, 0 named)
  #0 add tests/fixtures/steps.ts:4:52
  #1 tests/fixtures/steps.ts:19:22
clonecloud> locals
NAME          WHERE     VALUE
this          this      undefined
arguments[0]  argument  [ 1 ]
arguments[1]  argument  { by: 2 }
calls         module    0
clonecloud> next
app | first 2
main stands at capture of tests/fixtures/steps.ts#add (N bytes, 4 objects, 5 named)
clonecloud> table named
the table at the device:
  MID  CID  CLASS     PATH                            STATE
  3    3    built-in  method.[[Prototype]]            named
  5    5    binding   method→calls                    named
  6    6    Array     arguments[0]                    named
  8    8    built-in  arguments.[[Prototype]]         named
  9    9    built-in  method.prototype.[[Prototype]]  named
clonecloud> why 1
no object of this migration has MID 1
clonecloud> why
which object? why MID; \`table\` lists MIDs
clonecloud> threads
THREAD  STATE              METHOD
main    stands at capture  tests/fixtures/steps.ts#add
clonecloud> continue
app | second 3 [ 1, 2, 5 ]
app | caught not today
tests/fixtures/steps.ts#read runs here: it touches Deno.FsFile (arguments[0].file)
app | read 1
the app has ended with exit code 0 after 3 migrations
clonecloud> clear add
no breakpoint at tests/fixtures/steps.ts#add
clonecloud> run
main stands at capture of tests/fixtures/steps.ts#add (N bytes, 9 objects, 0 named)
clonecloud> next
app | first 2
main stands at capture of tests/fixtures/steps.ts#add (N bytes, 4 objects, 5 named)
clonecloud> next
app | second 3 [ 1, 2, 5 ]
main stands at capture of tests/fixtures/steps.ts#fail (N bytes, 3 objects, 3 named)
clonecloud> step
main stands at ship of tests/fixtures/steps.ts#fail (N bytes)
clonecloud> step
main stands at resume of tests/fixtures/steps.ts#fail at the clone CLONE (N bytes)
clonecloud> step
main stands at return of tests/fixtures/steps.ts#fail at the clone CLONE (N bytes, 2 objects, 6 named, it threw)
clonecloud> step
main stands at merge of tests/fixtures/steps.ts#fail (N bytes, it threw)
clonecloud> threads
THREAD  STATE            METHOD
main    stands at merge  tests/fixtures/steps.ts#fail
clonecloud> continue
app | caught not today
app | read 1
the app has ended with exit code 0 after 3 migrations
clonecloud> frobnicate
no command "frobnicate"; \`help\` lists them
clonecloud> t
"t" may be threads, table
clonecloud> help step
step  go on to the next stage: capture, ship, resume, return, merge
  capture  the thread is suspended on the device and its state is in a packet
  ship     packet and code are about to be sent
  resume   the state is live at the clone, the method has not begun
  return   the method is done at the clone and its state is in a packet
  merge    that packet is folded into the heap of the device
clonecloud> quit
`;

Deno.test("the REPL steps an app through its migrations as its commands say", async () => {
  const args = ["--deno", "--allow-read", "tests/fixtures/steps.ts"];
  strictEqual(await play(SESSION, args), SESSION);
});
