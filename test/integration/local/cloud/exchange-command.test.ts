/** The command `npm run exchange` against the control API of a running cloud. Needs loopback only. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { customers, startTestCloud } from '../../../support/cloud.ts';
import { sender } from './graph-requests.ts';

const cloud = await startTestCloud();
const folder = mkdtempSync(join(tmpdir(), 'tenantpost-exchange-'));
const file = join(folder, 'set-up.ps1');
const command = join(import.meta.dirname, '../../../../local/exchange.ts');
const control = `${cloud.urls.portal}/api`;
after(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true });
});

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

function exchange(args: string[], { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {}) {
  return new Promise<Ran>((resolve) => {
    const child = execFile(
      process.execPath,
      [command, ...args],
      { env: { PATH: process.env['PATH'], ...env } },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
    child.stdin?.end(input);
  });
}

describe('npm run exchange', () => {
  before(() => {
    writeFileSync(
      file,
      `Set-CASMailbox ${sender} -PopEnabled $false\nGet-CASMailbox ${sender} | Format-List PopEnabled`,
    );
  });

  test('runs a script in the tenant that is named, and shows what it shows', async () => {
    const ran = await exchange(['--tenant', customers.contoso.domain, '-File', file, '--control', control]);
    assert.deepEqual(ran, { code: 0, stdout: '\nPopEnabled : False\n\n', stderr: '' });
    const mailbox = cloud.state.mailboxes.find(({ address }) => address === sender);
    assert.equal(mailbox?.exchange?.popEnabled, false);
  });

  test('reads standard input, and finds the cloud by LOCAL_CLOUD_CONTROL_URL', async () => {
    const input = `Connect-ExchangeOnline -Organization ${customers.contoso.id}\nWrite-Host connected\n`;
    const ran = await exchange([], { input, env: { LOCAL_CLOUD_CONTROL_URL: control } });
    assert.deepEqual(ran, { code: 0, stdout: 'connected\n', stderr: '' });
  });

  test('hands what follows the script to its parameters, and the files that they name', async () => {
    const list = join(folder, 'mailboxes.csv');
    writeFileSync(list, `Mailbox\n${sender}\n`);
    writeFileSync(file, 'param([string] $MailboxFile)\n(Import-Csv $MailboxFile).Mailbox');
    const ran = await exchange(['-File', file, '-MailboxFile', list, '--control', control]);
    assert.deepEqual(ran, { code: 0, stdout: `${sender}\n`, stderr: '' });
    const unknown = await exchange(['-File', file, '-MailboxFiles', list, '--control', control]);
    assert.match(unknown.stderr, /A parameter cannot be found that matches parameter name 'mailboxfiles'/);
    const missing = await exchange(['-File', file, '--control', control, '-MailboxFile']);
    assert.equal(missing.code, 2);
  });

  test('ends with 1 where a script stops, and tells the file, the line and the column', async () => {
    writeFileSync(file, 'Write-Host first\n  Get-Mailbox nobody');
    const ran = await exchange(['--tenant', customers.contoso.id, '-File', file, '--control', control]);
    assert.equal(ran.code, 1);
    assert.equal(ran.stdout, 'first\n');
    assert.match(ran.stderr, new RegExp(`^${file}:2:3: Get-Mailbox: The operation couldn't be performed`));
  });

  test('says in one line that it does not know where the cloud is, that none is there, or that there is no script', async () => {
    for (const [args, said] of [
      [[], /^Where is the cloud\? .*\n$/],
      [['--control', 'http://127.0.0.1:1'], /^There is no local cloud at http:\/\/127\.0\.0\.1:1\. .*\n$/],
      [['--control', control, '-File', join(folder, 'none.ps1')], /^The script cannot be read: .*\n$/],
      [['--control', `${control}/nothing`], /^There is nothing at .*\n$/],
    ] as const) {
      const ran = await exchange([...args]);
      assert.equal(ran.code, 1);
      assert.match(ran.stderr, said);
    }
  });
});
