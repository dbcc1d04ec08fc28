/** Words that were planted in mail, secrets and addresses, and must not come up in anything that is exported. */

export class Canaries {
  readonly #planted = new Map<string, string>();

  /** @param what it is, for whoever reads that it was found. */
  plant(what: string, word: string): string {
    if (word.length < 8) throw new Error(`${what} is too short to be told from anything else.`);
    this.#planted.set(what, word);
    return word;
  }

  get size(): number {
    return this.#planted.size;
  }

  /** What stands in a text, as it is, or as a program may have written it. */
  foundIn(text: string): string[] {
    const small = text.toLowerCase();
    return [...this.#planted]
      .filter(([, word]) => [...formsOf(word)].some((form) => small.includes(form.toLowerCase())))
      .map(([what]) => what);
  }
}

function* formsOf(word: string): Generator<string> {
  yield word;
  yield encodeURIComponent(word);
  yield JSON.stringify(word).slice(1, -1);
  const octets = Buffer.from(word);
  yield octets.toString('hex');
  // Inside of a longer text base64 of it begins at any of three places; its ends depend on what stands beside it.
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), octets]).toString('base64url');
    const inner = encoded.slice(before === 0 ? 0 : before + 1, -3);
    yield inner;
    yield inner.replaceAll('-', '+').replaceAll('_', '/');
  }
}
