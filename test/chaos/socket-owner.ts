/** Which of some processes has a connection's other end. A connection knows ports only; Linux tells the rest in /proc. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * @param localPort of the process's own end, on loopback.
 * @returns nothing where none of them has it, and on systems without /proc.
 */
export function ownerOf(localPort: number, pids: readonly number[]): number | undefined {
  const inodes = inodesOf(localPort);
  return inodes.size === 0 ? undefined : pids.find((pid) => openSockets(pid).some((inode) => inodes.has(inode)));
}

/** https://docs.kernel.org/networking/proc_net_tcp.html: the local address is the second column, the inode the tenth. */
function inodesOf(localPort: number): ReadonlySet<string> {
  const port = localPort.toString(16).toUpperCase().padStart(4, '0');
  const found = new Set<string>();
  for (const line of linesOf('/proc/net/tcp')) {
    const columns = line.trim().split(/\s+/);
    // 0 belongs to a socket that nobody has open any more.
    if (columns[1]?.endsWith(`:${port}`) && columns[9] !== '0') found.add(columns[9] ?? '');
  }
  return found;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'latin1').split('\n');
  } catch {
    return [];
  }
}

function openSockets(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${name}`))?.[1] ?? []);
  } catch {
    return [];
  }
}

/** It may have been closed since the folder was read. */
function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
