/** One cloud to a folder: two would write over each other's state. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

class FolderTakenError extends Error {
  override readonly name = 'FolderTakenError';
}

/**
 * @returns what gives the folder back.
 * @throws FolderTakenError naming the process that has it.
 */
export function takeFolder(folder: string): () => void {
  const file = join(folder, 'owner.pid');
  mkdirSync(folder, { recursive: true });
  if (!claim(file)) {
    const owner = ownerOf(file);
    if (owner !== undefined) {
      throw new FolderTakenError(
        `Process ${owner} has a cloud in ${folder}. Stop that one first, or choose another folder. ` +
          `If process ${owner} is something else, delete ${file}.`,
      );
    }
    // Its process was killed.
    rmSync(file, { force: true });
    if (!claim(file)) return takeFolder(folder);
  }
  return () => rmSync(file, { force: true });
}

/** Made in one step, so that of two that begin at once only one gets it. */
function claim(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The process that has the folder; one that was killed has it no longer. */
function ownerOf(file: string): number | undefined {
  let owner: number | undefined;
  try {
    owner = Number(readFileSync(file, 'utf8'));
    process.kill(owner, 0);
    return owner;
  } catch (error) {
    // Another user's process cannot be asked, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? owner : undefined;
  }
}
