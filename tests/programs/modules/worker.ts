import { answer } from "./library.ts";
const add = (n: number) => n + 1;
self.onmessage = ({ data }: MessageEvent<number>) => {
  const later = () => add(data);
  (self as unknown as Worker).postMessage([later(), later.toString(), add.name, answer]);
};
