/** A zip that is the same, byte for byte, wherever and whenever it is made of the same files. */

import { zipSync, type Zippable } from 'fflate';
import { order } from './bundled-packages.ts';

/**
 * The first noon that a zip can tell, by this machine's own clock: zip keeps a local time without a zone, so that it is
 * written alike in every zone, and no zone moves its clocks at noon.
 */
const fixedTime = new Date(1980, 0, 1, 12);

/** A regular file that its owner writes and everybody reads: the upper half of the attributes when the system is Unix (3). */
const attributes = { os: 3, attrs: (0o100_644 << 16) >>> 0 };

/** @param files by their path in the zip. Compression is fflate's own, so no version of zlib changes it. */
export function zipOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted: Zippable = {};
  for (const name of [...files.keys()].sort(order)) {
    sorted[name] = [files.get(name) ?? new Uint8Array(), { level: 9, mtime: fixedTime, ...attributes }];
  }
  return zipSync(sorted);
}
