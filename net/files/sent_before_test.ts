import { deepEqual as assertEquals } from "node:assert/strict";
import { fileState, stateText } from "./file_state.ts";
import { indexName, sentBefore } from "./sent_before.ts";
import { TreeIndex, writeTreeIndex } from "./tree_index.ts";

Deno.test("sentBefore() names what was sent to this clone, by itself or with a folder, and is still the same", async () => {
  const folder = Deno.makeTempDirSync();
  const sent = `${folder}/sent`, data = `${folder}/data`;
  for (const path of [sent, data, `${data}/inner`]) Deno.mkdirSync(path);
  const file = (name: string, chunk: string) => {
    Deno.writeTextFileSync(`${data}/${name}`, name);
    return [name, {
      state: stateText(fileState(Deno.lstatSync(`${data}/${name}`))),
      chunks: [chunk],
    }] as const;
  };
  const files = new Map([file("a", "1"), file("inner/b", "2"), file("changed", "3")]);
  const index = new TreeIndex();
  index.replace({ root: "r", looks: undefined, files });
  await writeTreeIndex(`${sent}/${await indexName("me", data)}`, index);
  Deno.writeTextFileSync(`${data}/changed`, "it is longer now");
  const [, single] = file("single", "4");
  index.replace({ root: "r", looks: undefined, files: new Map([["", single]]) });
  await writeTreeIndex(`${sent}/${await indexName("me", `${data}/single`)}`, index);
  const paths = ["a", "inner/b", "changed", "single", "none", "inner"].map((name) => `${data}/${name}`);
  assertEquals(await sentBefore(sent, { clone: "me", paths }), {
    [`${data}/a`]: ["1"],
    [`${data}/inner/b`]: ["2"],
    [`${data}/single`]: ["4"],
  });
  assertEquals(await sentBefore(sent, { clone: "other", paths }), {});
  assertEquals(await sentBefore(`${folder}/none`, { clone: "me", paths }), {});
  Deno.removeSync(folder, { recursive: true });
});
