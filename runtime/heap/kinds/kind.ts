import type { Inlet } from "../inlet.ts";
import type { Node } from "../node.ts";
import type { Outlet } from "../outlet.ts";

/**
 * How one kind of node travels. A node is written in two parts: its *shell*, what is fixed at birth and needed to make
 * it, and its *content*, all that can change. Shells of a packet come first, so that contents can refer to anything.
 */
export interface Kind<T extends Node, Shell, Content> {
  readonly name: string;
  /** Writes what {@linkcode create} needs; everything it refers to is thereby reached. */
  writeShell(node: T, out: Outlet): void;
  writeContent(node: T, out: Outlet): void;
  readShell(inlet: Inlet): Shell;
  /** MIDs that must be live before {@linkcode create}; absent if there are never any. */
  needs?(shell: Shell): readonly number[];
  /** Makes the node, without its content. @throws {PacketError} if no healthy peer could have sent the shell. */
  create(shell: Shell, inlet: Inlet): T;
  readContent(inlet: Inlet): Content;
  /**
   * Reads the content of a node that `create` just made straight into it, for kinds of which there are many. Returns
   * {@linkcode FILLED}, or a content that is yet to be filled in.
   */
  readInto?(node: T, shell: Shell, inlet: Inlet): Content | typeof FILLED;
  /** Before anything is changed: whether an existing node could have come by this content. @throws {PacketError} */
  check(node: T, content: Content, inlet: Inlet): void;
  /** Gives the node this content, whatever it holds now, by as few edits as possible. Must not throw after `check`. */
  fill(node: T, content: Content, inlet: Inlet): void;
}

/** Nothing is left to fill in. */
export const FILLED: unique symbol = Symbol("filled");

/** A kind, with the types of its parts forgotten. */
export type AnyKind = Kind<any, any, any>;
