import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { z } from 'zod';
import { ownerOf } from '../../chaos/socket-owner.ts';

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = z.object({ port: z.number() }).parse(server.address());
after(() => server.close());

test('tells which of several processes has the other end of a connection', async (t) => {
  const callers = [0, 1].map(() => {
    const program = `require('node:net').connect(${port}, '127.0.0.1').on('close', () => process.exit())`;
    const { pid = 0 } = spawn(process.execPath, ['-e', program], { stdio: 'ignore' });
    return pid;
  });
  const sockets: Socket[] = [];
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  for (const _ of callers) {
    const [socket] = z.tuple([z.custom<Socket>()]).parse(await once(server, 'connection'));
    sockets.push(socket);
  }
  const owners = sockets.map(({ remotePort }) => ownerOf(remotePort ?? 0, callers));
  assert.deepEqual(owners.toSorted(), callers.toSorted());
  const [first] = sockets;
  const others = callers.filter((pid) => pid !== owners[0]);
  assert.equal(ownerOf(first?.remotePort ?? 0, others), undefined, 'nobody else has it');
  assert.equal(ownerOf(1, callers), undefined, 'no such connection');
});
