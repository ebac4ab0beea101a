import { mdns } from "@libp2p/mdns";
import { MDNS_INTERVAL_MS } from "./constants.ts";

type Create = ReturnType<typeof mdns>;

/**
 * Discovery on the local network that never keeps a peer from starting: where the system gives no multicast (some
 * phones, some containers) nothing is found by it, and addresses still work.
 */
export function tolerantMdns(): Create {
  const create = mdns({ interval: MDNS_INTERVAL_MS });
  return (components) => {
    const service = create(components) as ReturnType<Create> & { start(): Promise<void> };
    const start = service.start.bind(service);
    service.start = async () => {
      try {
        await start();
      } catch {
        // No multicast here.
      }
    };
    return service;
  };
}
