/** @jsxRuntime classic */
/** @jsx h */
/** @jsxFrag h */
// Where code stands that JSX was made into.
const h = (tag: any, props: any, ...kids: any[]) => typeof tag === "function" ? tag({ ...props, kids }) : { tag, props, kids };
const where = (e: any) => console.log(e.stack.split("\n").slice(0, 4).map((l: string) => l.replace(/file:.*\//, "")).join("|"));
function Bad({ n }: { n: number }) { if (n > 1) throw new Error("bad " + n); return <b>{n}</b>; }
const List = ({ items }: { items: number[] }) => <ul class="x">
  {items.map((n) => <li key={n}>
    <Bad n={n} />
  </li>)}
</ul>;
try { <List items={[1, 2]} />; } catch (e) { where(e); }
const lazy = (x?: any) => <div a={x.y.z}>text {x}</div>;
try { lazy(); } catch (e) { where(e); }
let count = 0; const bump = () => <i>{count++}{(() => { count++; throw new TypeError("in " + count); })()}</i>;
try { bump(); } catch (e) { where(e); }
const Spread = (p: any) => <Bad {...p} n={p.n + 1}>{...[1]}</Bad>;
try { Spread({ n: 1 }); } catch (e) { where(e); }
const F = () => <><Bad n={3} /></>;
try { F(); } catch (e) { where(e); }
<Bad n={5} />;
