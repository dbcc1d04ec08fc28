/** A module that was deployed: what its file's outputs came to. */

import type { Value } from './values.ts';

export class ModuleRun {
  readonly symbol: string;
  readonly #outputs: () => ReadonlyMap<string, Value>;

  constructor(symbol: string, outputs: () => ReadonlyMap<string, Value>) {
    this.symbol = symbol;
    this.#outputs = outputs;
  }

  get outputs(): ReadonlyMap<string, Value> {
    return this.#outputs();
  }
}
