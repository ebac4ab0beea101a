/** The programs that calls are traced in: real libraries at work. They are put into a folder of their own with what they import. */
const VERSIONS = {
  acorn: "8.15.0",
  hono: "4.10.3",
  jimp: "1.6.0",
  lodash: "4.17.21",
  marked: "14.1.4",
  planck: "1.4.2",
  terser: "5.44.0",
};
/** The compiler whose checker the analyzer is compared with: the last line of versions that has one in JavaScript. */
const COMPILER = "5.9.3";
/** An example of this project, besides. */
const EXAMPLE = new URL("../../examples/mandelbrot.ts", import.meta.url).pathname;

/** Programs ready to run: main modules by name, until they are removed. */
export interface Programs {
  readonly mains: ReadonlyMap<string, string>;
  /** Path of the TypeScript compiler, to compare with. */
  readonly compiler: string;
  remove(): Promise<void>;
}

/** Installs the libraries' programs. @throws {Error} if they can't be had. */
export async function installPrograms(): Promise<Programs> {
  const folder = await Deno.makeTempDir();
  const imports = Object.fromEntries(
    Object.entries(VERSIONS).map(([name, version]) => [name, `npm:${name}@${version}`]),
  );
  imports["hono/"] = `npm:/hono@${VERSIONS.hono}/`;
  imports.typescript = `npm:typescript@${COMPILER}`;
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ nodeModulesDir: "auto", imports }));
  const mains = new Map([["mandelbrot", EXAMPLE]]);
  for (const name of Object.keys(VERSIONS)) {
    await Deno.copyFile(new URL(`programs/${name}.ts`, import.meta.url), `${folder}/${name}.ts`);
    mains.set(name, `${folder}/${name}.ts`);
  }
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: folder,
  })
    .output();
  if (code !== 0) throw new Error(`Cannot install the programs: ${new TextDecoder().decode(stderr)}`);
  const compiler = await Deno.realPath(`${folder}/node_modules/typescript/lib/typescript.js`);
  return { mains, compiler, remove: () => Deno.remove(folder, { recursive: true }) };
}
