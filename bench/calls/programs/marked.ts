import { marked } from "marked";
const text = ["README.md", "../acorn/README.md", "../terser/README.md", "../lodash/README.md"].map((name) =>
  Deno.readTextFileSync(new URL(`./node_modules/marked/${name}`, import.meta.url))).join("\n") +
  "\n\n| a | b |\n|---|:-:|\n| 1 | `2` |\n\n1. one\n   - [x] two\n\n> quote\n> > again\n\n<div>html</div>\n\n[ref]: http://x.y 'title'\n\n![img][ref] **bold** _em_ ~~del~~ a\\*b <http://auto.link>\n\n    code\n\nSetext\n===\n\n***\n";
console.log((await marked.parse(text)).length, marked.lexer("# a\n\nb").length);
marked.use({ renderer: { heading({ tokens, depth }) { return `<h${depth}>${this.parser.parseInline(tokens)}</h${depth}>`; } } });
console.log(marked.parse(text.slice(0, 2000), { gfm: false, breaks: true, pedantic: true }).length);
