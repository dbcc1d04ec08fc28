/** `openssl s_client`, part of every Debian: a client that knows nothing of mail and is strict about certificates. */

import { execFile } from 'node:child_process';
import type { Cloud } from '../../local/cloud/cloud.ts';

const program = 'openssl';

/**
 * Connects to one of the cloud's servers by its name, trusting the cloud's CA alone, and says these lines.
 *
 * @param url its scheme is passed over.
 * @returns what the server said after the handshake.
 */
export function talkWithOpenssl(cloud: Cloud, url: string, lines: string[], options: string[] = []): Promise<string> {
  const { port } = new URL(url);
  const verified = ['-CAfile', cloud.caFile, '-verify_return_error', '-verify_hostname', 'localhost'];
  return new Promise((resolve, reject) => {
    const client = execFile(
      program,
      ['s_client', '-connect', `localhost:${port}`, ...verified, '-crlf', '-quiet', ...options],
      { timeout: 10_000 },
      (error, stdout) => {
        if (error?.code === 'ENOENT')
          reject(new Error('These tests need openssl on the PATH: apt-get install openssl'));
        else if (error && stdout === '') reject(error);
        else resolve(stdout);
      },
    );
    client.stdin?.write(lines.map((line) => `${line}\n`).join(''));
  });
}
