/** What came of trying to open a TCP connection. */
export type TcpOutcome = "connected" | "refused" | "silent" | "no route";

/** Tries to connect, and closes again. */
export async function probeTcp(hostname: string, port: number, timeoutMs: number): Promise<TcpOutcome> {
  const attempt = Deno.connect({ hostname, port }).then((conn) => {
    conn.close();
    return "connected" as const;
  }, (error: Error): TcpOutcome => {
    if (error instanceof Deno.errors.ConnectionRefused) return "refused";
    return /no route|unreachable|ENETUNREACH|EHOSTUNREACH/i.test(error.message) ? "no route" : "silent";
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<TcpOutcome>((resolve) => timer = setTimeout(() => resolve("silent"), timeoutMs));
  return await Promise.race([attempt, late]).finally(() => clearTimeout(timer));
}
