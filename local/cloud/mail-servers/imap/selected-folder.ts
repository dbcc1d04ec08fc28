/** The folder that a session has open: which message has which number, and what the client has not been told yet. */

import type { CloudContext } from '../../cloud.ts';
import { messagesIn } from '../../mail/folders.ts';
import type { FolderName, StoredMessage } from '../../state.ts';
import { flagsOf } from './flags.ts';

/** A message by the number under which the client knows it. Removed meanwhile when `message` is absent. */
export interface Numbered {
  number: number;
  uid: number;
  message: StoredMessage | undefined;
}

export class SelectedFolder {
  readonly #cloud: CloudContext;
  readonly #address: string;
  readonly folder: FolderName;
  readonly isReadOnly: boolean;
  /** In the order of their numbers, with the flags that the client knows. */
  #known: { uid: number; flags: string }[];

  constructor(cloud: CloudContext, address: string, folder: FolderName, isReadOnly: boolean) {
    this.#cloud = cloud;
    this.#address = address;
    this.folder = folder;
    this.isReadOnly = isReadOnly;
    this.#known = this.#messages().map(known);
  }

  get count(): number {
    return this.#known.length;
  }

  get largestUid(): number {
    return this.#known.at(-1)?.uid ?? 0;
  }

  /** All of them, in the order of their numbers. */
  numbered(): Numbered[] {
    const messages = new Map(this.#messages().map((message) => [message.uid, message]));
    return this.#known.map(({ uid }, index) => ({ number: index + 1, uid, message: messages.get(uid) }));
  }

  /** The client has been told the flags of these messages, or has set them itself. */
  noteFlags(changed: readonly StoredMessage[]): void {
    for (const message of changed) {
      const entry = this.#known.find(({ uid }) => uid === message.uid);
      if (entry !== undefined) entry.flags = flagsOf(message).join(' ');
    }
  }

  /**
   * What has changed since the client was last told, as untagged responses. Numbers change with it, so it is asked for
   * only where RFC 3501 section 7.4.1 allows EXPUNGE.
   */
  changes(): string[] {
    const messages = this.#messages();
    const present = new Map(messages.map((message) => [message.uid, message]));
    const expunged: string[] = [];
    for (let index = this.#known.length - 1; index >= 0; index -= 1) {
      const entry = this.#known[index];
      if (entry === undefined || present.has(entry.uid)) continue;
      this.#known.splice(index, 1);
      expunged.push(`${index + 1} EXPUNGE`);
    }
    const changed = this.#known.flatMap((entry, index) => {
      const message = present.get(entry.uid);
      if (message === undefined) return [];
      const flags = flagsOf(message).join(' ');
      if (flags === entry.flags) return [];
      entry.flags = flags;
      return [`${index + 1} FETCH (FLAGS (${flags}))`];
    });
    const added = messages.filter(({ uid }) => uid > this.largestUid);
    this.#known.push(...added.map(known));
    return [...expunged, ...changed, ...(added.length > 0 ? [`${this.count} EXISTS`] : [])];
  }

  #messages(): StoredMessage[] {
    return messagesIn(this.#cloud, this.#address, this.folder);
  }
}

const known = (message: StoredMessage) => ({ uid: message.uid, flags: flagsOf(message).join(' ') });
