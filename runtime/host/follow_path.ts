/** As in Linux. */
const MAX_LINKS_FOLLOWED = 40;

/** What somebody who goes along a path does at a step: goes in, goes where a link leads instead, or stays where they are. */
export type Step = "enter" | "stop" | { readonly link: string };

/** Goes along an absolute path as the system does; `visit` is asked about each step. Returns where that led. */
export function followPath(path: string, visit: (here: string) => Step): string {
  const parts = path.split("/");
  let at = "";
  let links = 0;
  while (parts.length > 0) {
    const name = parts.shift()!;
    if (name === "" || name === ".") continue;
    if (name === "..") {
      at = at.slice(0, Math.max(0, at.lastIndexOf("/")));
      continue;
    }
    const here = `${at}/${name}`;
    const step = visit(here);
    if (step === "stop") break;
    if (step === "enter") at = here;
    else {
      if (++links > MAX_LINKS_FOLLOWED) break;
      if (step.link.startsWith("/")) at = "";
      parts.unshift(...step.link.split("/"));
    }
  }
  return at;
}
