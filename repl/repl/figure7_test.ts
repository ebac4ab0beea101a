import { strictEqual } from "node:assert/strict";
import { play } from "../../tests/transcript.ts";

/**
 * Figure 7 of the paper, as the REPL shows it: what migrates has MIDs and no CIDs yet; at the clone each gets its CID;
 * before it comes home one object has died there and two without MIDs were made; merged, they have both.
 */
const FIGURE_7 = `\
clonecloud> step
app | before second
main stands at capture of tests/fixtures/figure7.ts#change (N bytes, 9 objects, 0 named)
clonecloud> locals
NAME          WHERE     VALUE
this          this      undefined
arguments[0]  argument  { name: 'first', next: { name: 'second' }, other: { name: 'third' } }
clonecloud> table
the table at the device:
  MID  CID   CLASS     PATH                            STATE
  1    null  function  method                          migrated
  2    null  Array     arguments                       migrated
  3    null  built-in  method.[[Prototype]]            migrated
  4    null  Object    method.prototype                migrated
  5    null  Object    arguments[0]                    migrated
  6    null  built-in  arguments.[[Prototype]]         migrated
  7    null  built-in  method.prototype.[[Prototype]]  migrated
  8    null  Object    arguments[0].next               migrated
  9    null  Object    arguments[0].other              migrated
clonecloud> bytes
ROOT       OBJECTS  SENT
arguments  5        N bytes
method     4        N bytes
PATH                     OBJECTS  SENT
arguments[0]             3        N bytes
method                   1        N bytes
method.prototype         2        N bytes
arguments                1        N bytes
arguments.[[Prototype]]  1        N bytes
method.[[Prototype]]     1        N bytes
CLASS     OBJECTS  SENT
Object    4        N bytes
built-in  3        N bytes
function  1        N bytes
Array     1        N bytes
MODULE                     OBJECTS  SENT
tests/fixtures/figure7.ts  4        N bytes
clonecloud> step
main stands at ship of tests/fixtures/figure7.ts#change (N bytes)
clonecloud> step
main stands at resume of tests/fixtures/figure7.ts#change at the clone CLONE (N bytes)
clonecloud> table
the table at the clone:
  MID  CID  CLASS     PATH                            STATE
  1    1    function  method                          migrated
  2    2    Array     arguments                       migrated
  3    3    built-in  method.[[Prototype]]            migrated
  4    4    Object    method.prototype                migrated
  5    5    Object    arguments[0]                    migrated
  6    6    built-in  arguments.[[Prototype]]         migrated
  7    7    built-in  method.prototype.[[Prototype]]  migrated
  8    8    Object    arguments[0].next               migrated
  9    9    Object    arguments[0].other              migrated
clonecloud> step
main stands at return of tests/fixtures/figure7.ts#change at the clone CLONE (N bytes, 4 objects, 6 named)
clonecloud> table
the table at the clone:
  MID   CID  CLASS     PATH                            STATE
  1     1    function  method                          unchanged
  2     2    Array     arguments                       unchanged
  3     3    built-in  method.[[Prototype]]            unchanged
  4     4    Object    method.prototype                unchanged
  5     5    Object    arguments[0]                    changed
  6     6    built-in  arguments.[[Prototype]]         unchanged
  7     7    built-in  method.prototype.[[Prototype]]  unchanged
  8     8    Object    arguments[0].next               dead
  9     9    Object    arguments[0].other              changed
  null  10   Object    arguments[0].next               new
  null  11   Object    arguments[0].next.next          new
clonecloud> step
main stands at merge of tests/fixtures/figure7.ts#change (N bytes)
clonecloud> table
the table at the device:
  MID  CID  CLASS     PATH                            STATE
  1    1    function  method                          unchanged
  2    2    Array     arguments                       unchanged
  3    3    built-in  method.[[Prototype]]            unchanged
  4    4    Object    method.prototype                unchanged
  5    5    Object    arguments[0]                    changed
  6    6    built-in  arguments.[[Prototype]]         unchanged
  7    7    built-in  method.prototype.[[Prototype]]  unchanged
  8    8    Object    arguments[0].next               dead
  9    9    Object    arguments[0].other              changed
  10   10   Object    arguments[0].next               new
  11   11   Object    arguments[0].next.next          new
clonecloud> why 8
MID  CLASS   PATH               SENT
2    Array   arguments          N bytes
5    Object  arguments[0]       N bytes
8    Object  arguments[0].next  N bytes
clonecloud> why 10
10 was made at the clone; it is reached as arguments[0].next
clonecloud> continue
app | after fourth fifth third, changed second
the app has ended with exit code 0 after 1 migration
clonecloud> quit
`;

Deno.test("table shows the object mapping of Figure 7 at each stage", async () => {
  const args = ["--migrate", "tests/fixtures/figure7.ts#change", "tests/fixtures/figure7.ts"];
  strictEqual(await play(FIGURE_7, args), FIGURE_7);
});
