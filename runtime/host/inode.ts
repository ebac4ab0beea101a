import type { FileContent } from "./file_content.ts";
import type { FileAttributes, FileKind } from "./file_tree_types.ts";

/** One file, folder or symbolic link at the clone, whatever names it has. */
export class Inode {
  readonly kind: FileKind;
  /** The device's path it was found at; undefined if migrated code made it. */
  readonly origin: string | undefined;
  /** Undefined until somebody asks. */
  attributes: FileAttributes | undefined;
  isModeSet = false;
  areTimesSet = false;
  /** A file's bytes, once it was opened. */
  content: FileContent | undefined;

  /** Names that it has now, a folder's one among them. */
  readonly names: { readonly folder: Inode; readonly name: string }[] = [];

  // A folder's

  /** Its name in its parent. */
  name: string;
  parent: Inode | undefined;
  /** Null: nothing is there. A name that isn't in it was never looked up. */
  readonly children = new Map<string, Inode | null>();
  /** What the device has under the names that were changed. */
  readonly before = new Map<string, Inode | null>();
  /** All its names are among the children. */
  isComplete = false;
  /** It only leads to what clones may see. */
  isPassage = false;

  constructor(kind: FileKind, origin: string | undefined, name: string) {
    this.kind = kind;
    this.origin = origin;
    this.name = name;
  }

  /** A folder's path now; empty for the root. */
  get path(): string {
    return this.parent === undefined || this.parent === this ? "" : `${this.parent.path}/${this.name}`;
  }

  /** Whether a folder is still in the tree. */
  get isReachable(): boolean {
    if (this.parent === this) return true;
    return this.parent?.children.get(this.name) === this && this.parent.isReachable;
  }
}
