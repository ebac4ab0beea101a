import { Hono } from "hono";
const app = new Hono();
app.use(async (context, next) => {
  await next();
  context.header("x-seen", "1");
});
for (const name of ["users", "posts", "tags"]) {
  app.get(
    `/${name}/:id`,
    (context) => context.json({ name, id: context.req.param("id"), page: context.req.query("page") }),
  );
}
export async function run(): Promise<number> {
  let bytes = 0;
  for (let i = 0; i < 300; i++) {
    const answer = await app.request(`/${["users", "posts", "tags"][i % 3]}/${i}?page=${i}`);
    bytes += (await answer.text()).length;
  }
  return bytes;
}
