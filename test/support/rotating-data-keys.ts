/** Data keys in memory, the same in every process, that a test follows by further ones and removes. */

import { createHash } from 'node:crypto';
import type { DataKey, DataKeys } from '../../shared/tokens/data-key.ts';

export class RotatingDataKeys implements DataKeys {
  readonly #kept: DataKey[] = [];
  readonly #keep: number;
  #made = 0;

  /** @param keep how many are kept, the newest with them. */
  constructor(keep: number) {
    this.#keep = keep;
    this.rotate();
  }

  rotate(): void {
    const id = String((this.#made += 1));
    this.#kept.push({ id, bytes: createHash('sha256').update(`data key ${id}`).digest() });
    if (this.#kept.length > this.#keep) this.#kept.shift();
  }

  /** Those that are kept, the newest last. */
  ids(): readonly string[] {
    return this.#kept.map(({ id }) => id);
  }

  async current(): Promise<DataKey> {
    await Promise.resolve();
    const key = this.#kept.at(-1);
    if (key === undefined) throw new Error('There is always one.');
    return key;
  }

  async find(wanted: string): Promise<DataKey | undefined> {
    await Promise.resolve();
    return this.#kept.find(({ id }) => id === wanted);
  }
}
