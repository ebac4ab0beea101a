class Body {
  constructor(
    public x: number,
    public y: number,
    public vx: number,
    public vy: number,
    readonly mass: number,
  ) {}
}
function advance(bodies: readonly Body[], step: number): void {
  for (let i = 0; i < bodies.length; i++) {
    const a = bodies[i]!;
    for (let j = i + 1; j < bodies.length; j++) attract(a, bodies[j]!, step);
  }
  for (const body of bodies) {
    body.x += body.vx * step;
    body.y += body.vy * step;
  }
}
function attract(a: Body, b: Body, step: number): void {
  const [dx, dy] = [a.x - b.x, a.y - b.y];
  const distance = Math.sqrt(dx * dx + dy * dy + 0.01);
  const force = step / (distance * distance * distance);
  a.vx -= dx * b.mass * force;
  a.vy -= dy * b.mass * force;
  b.vx += dx * a.mass * force;
  b.vy += dy * a.mass * force;
}
export function run(): number {
  const bodies = Array.from({ length: 8 }, (_, i) => new Body(i, i * i % 5, 0, i / 9, 1 + i));
  for (let i = 0; i < 8000; i++) advance(bodies, 0.001);
  return bodies[0]!.x;
}
