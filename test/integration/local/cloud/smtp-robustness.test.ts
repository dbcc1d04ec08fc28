import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { startCloud } from '../../../../local/cloud/cloud.ts';
import { demoState } from '../../../../local/cloud/seed.ts';
import { redirectUri } from '../../../support/cloud.ts';
import {
  anna,
  inboxOf,
  openImap,
  openPop,
  openSecureSmtp,
  openSignedInSmtp,
  openSmtp,
  post,
  sendMail,
  startMailCloud,
} from '../../../support/mail-servers.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());

const isAlive = async (): Promise<void> => {
  const smtp = await openSignedInSmtp(cloud);
  assert.match(await sendMail(smtp), /^250 /);
  smtp.close();
};

describe('clients that break the rules', () => {
  test('get an error for bytes that are no command, and no trace of the program', async () => {
    const bytes = Array.from({ length: 52 }, (_, index) => index * 5);
    const answers = bytes.map(async (byte) => {
      const smtp = await openSmtp(cloud);
      smtp.send(Buffer.concat([Buffer.alloc(9, byte), Buffer.from('\r\n')]));
      assert.match(await smtp.expect(/\r\n/), /^(?:5\d\d 5|421 4)\.\d\.\d [\w ,.]+\[localhost /);
      smtp.close();
    });
    await Promise.all(answers);
    await isAlive();
  });

  test('are disconnected for a line without end', async () => {
    const smtp = await openSecureSmtp(cloud);
    smtp.send('MAIL FROM:<'.padEnd(100_000, 'x'));
    assert.match(await smtp.expect(/\r\n/), /^421 4\./);
    await smtp.ended;
    await isAlive();
  });

  test('leave nothing behind when they break off anywhere', async () => {
    const had = inboxOf(cloud, anna).length;
    const port = Number(new URL(cloud.urls.smtp).port);
    const silent = connect(port, 'localhost');
    for (const text of ['', 'EHLO x\r\n', 'EHLO x\r\nSTARTTLS\r\n', 'EHLO x\r\nSTARTTLS\r\n\x16\x03\x01']) {
      const socket = connect(port, 'localhost', () => socket.end(text));
      socket.on('error', () => {});
      socket.resume();
      await once(socket, 'close');
    }
    await isAlive();
    assert.equal(inboxOf(cloud, anna).length, had + 1);
    silent.destroy();
  });
});

describe('start and stop', () => {
  test('leaves no mail server running when the port of one is taken, and says which', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port: pop } = taken.address() as AddressInfo;
    const free = createServer();
    free.listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port: smtp } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const folder = mkdtempSync(join(tmpdir(), 'tenantpost-mail-'));
    await assert.rejects(
      startCloud({ folder, seed: () => demoState(redirectUri), ports: { smtp, pop } }),
      new RegExp(`Port ${pop}, wanted for pop, is taken`),
    );
    const [error] = await once(connect(smtp, '127.0.0.1'), 'error');
    assert.equal(error.code, 'ECONNREFUSED');
    taken.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('ends every connection when the cloud stops, whatever it is about', async () => {
    const other = await startMailCloud();
    const [plain, sending, imap, pop] = [
      await openSmtp(other),
      await openSignedInSmtp(other),
      await openImap(other),
      await openPop(other),
    ];
    await sending.command(`MAIL FROM:<${post}>`);
    await sending.command(`RCPT TO:<${anna}>`);
    await sending.command('DATA');
    imap.send('a AUTHENTICATE XOAUTH2\r\n');
    await imap.expect(/\+ \r\n/);
    await other.stop();
    for (const one of [plain, sending, imap, pop]) await one.ended;
  });
});
