/** A session's own framed connection to the peer. Whoever opens it closes it. */
export interface SessionLink {
  /** A whole frame arrived. */
  onFrame: (frame: { readonly kind: number; readonly payload: Uint8Array }) => void;
  /** Called once. */
  onClose: () => void;
  /** Something arrived, be it part of a frame. */
  onBytes: () => void;
  /** Resolves when it has left, or never will. */
  send(kind: number, ...parts: Uint8Array[]): Promise<void> | void;
  sendJson(body: unknown): void;
  close(): void;
}

/** A connection, and which clones to ask for over it (see `SessionRequest`). */
export interface OpenedLink {
  readonly link: SessionLink;
  readonly clones: readonly string[];
}
