// The preload module of an app process; its query says where the supervisor listens. Plain JavaScript: its URL differs
// in every run, so that nothing of it is found in Deno's cache.
import { bootApp } from "./app_boot.ts";

bootApp(new URL(import.meta.url).searchParams.get("supervisor"));
