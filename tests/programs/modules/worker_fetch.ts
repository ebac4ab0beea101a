// What a Worker finds beside its file, and which global names it lists before it first waits.
declare const postMessage: (message: unknown) => void;
postMessage(Object.keys(globalThis).sort().join());
postMessage(await (await fetch("./data.json")).json());
postMessage([new Request("./x").url.split("/").at(-2), fetch.toString(), Request.prototype.constructor === Request, fetch.name, fetch.length]);
class Asked extends Request { get asked() { return true; } }
const asked = new Asked("y");
postMessage([asked.asked, asked instanceof Request, asked.url.split("/").at(-2), await fetch(asked).catch((error) => error.name)]);
try { new Request(...[] as unknown as [string]); } catch (error) { postMessage([(error as Error).name, (error as Error).message]); }
postMessage([Request.toString().slice(0, 20), Request.name, Request.length]);
try { await import("./no-such-file.ts"); } catch (error) { postMessage((error as Error).message.replace(/file:.*\//, "")); }
postMessage("done");
