import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { LineConnection, LineTooLongError } from '../../../../../local/cloud/mail-servers/line-connection.ts';

const server = createServer();
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => server.close());

async function pair(): Promise<{ client: Socket; connection: LineConnection }> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  const [socket] = await accepted;
  return { client, connection: new LineConnection(socket, () => socket.resetAndDestroy()) };
}

test('reads lines however they are cut, with either end, and the bytes between them', async () => {
  const { client, connection } = await pair();
  for (const piece of ['on', 'e\r', '\ntwo\nli', 'teral\r\nthree\r\n']) {
    client.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(String(await connection.readLine(10)), 'one');
  assert.equal(String(await connection.readLine(10)), 'two');
  assert.equal(String(await connection.readBytes(7)), 'literal');
  assert.equal(String(await connection.readLine(10)), '');
  assert.equal(String(await connection.readLine(10)), 'three');
  client.end();
  assert.equal(await connection.readLine(10), undefined);
  assert.equal(await connection.readBytes(1), undefined);
});

test('refuses a line that is longer than it may be, with and without an end', async () => {
  for (const text of [`${'x'.repeat(20)}\r\n`, 'x'.repeat(20)]) {
    const { client, connection } = await pair();
    client.write(text);
    await assert.rejects(connection.readLine(10), LineTooLongError);
    client.destroy();
  }
});

test('does not take more off the socket than is asked for and a little', async () => {
  const { client, connection } = await pair();
  client.write(Buffer.alloc(8 * 1024 * 1024));
  await connection.waitForInput(1000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(client.writableLength > 0, 'the client still holds what nobody read');
  assert.equal((await connection.readBytes(8 * 1024 * 1024))?.length, 8 * 1024 * 1024);
  client.destroy();
});

test('gives up on bytes that do not come when the client leaves', async () => {
  const { client, connection } = await pair();
  client.write('abc');
  const reading = connection.readBytes(10);
  client.end();
  assert.equal(await reading, undefined);
});

test('tells when a client has been silent for too long, and not while it speaks', async () => {
  const { client, connection } = await pair();
  const silent = new Promise<void>((resolve) => connection.whenSilentFor(500, resolve));
  const began = performance.now();
  for (let count = 0; count < 4; count += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    client.write('.');
  }
  await silent;
  assert.ok(performance.now() - began >= 850);
  client.destroy();
});

test('waits for input no longer than it was told to', async () => {
  const { client, connection } = await pair();
  const began = performance.now();
  await connection.waitForInput(50);
  assert.ok(performance.now() - began >= 45);
  assert.equal(connection.hasInput, false);
  client.write('x');
  await connection.waitForInput(5000);
  assert.equal(connection.hasInput, true);
  client.destroy();
});
