/** Thrown by a capture that met a value which can't travel where it would be needed. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** Where the value is, from a root: `args[0].socket`. */
  readonly path: string;
  /** What it is: `Deno.TcpConn`. */
  readonly what: string;
  /** What could be changed so that it travels. */
  readonly fix: string;

  constructor(path: string, refused: { readonly what: string; readonly fix: string }) {
    super(`Cannot capture ${path}: ${refused.what} can't travel; ${refused.fix}`);
    this.path = path;
    this.what = refused.what;
    this.fix = refused.fix;
  }
}
