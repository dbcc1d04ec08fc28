/** What the doctor hears from SMTP, IMAP and POP3 servers: those of the local cloud, and some that are none. Needs loopback only. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { makeServerCertificate } from '../../../../../local/cloud/certificate-authority.ts';
import type { CloudState } from '../../../../../local/cloud/state.ts';
import { ImapServer } from '../../../../../shared/adapters/probes/imap-server.ts';
import { PopServer } from '../../../../../shared/adapters/probes/pop-server.ts';
import { SmtpServer } from '../../../../../shared/adapters/probes/smtp-server.ts';
import type { SignIn } from '../../../../../shared/checks/ports.ts';
import { type Protocol, protocols } from '../../../../../shared/checks/protocol.ts';
import { readToken, type Token } from '../../../../../shared/tokens/token.ts';
import type { TestCloud } from '../../../../support/cloud.ts';
import { anna, keepState, mailToken, post, startMailCloud } from '../../../../support/mail-servers.ts';
import { anExpectation, aToken } from '../../../../support/unsigned-token.ts';

let cloud: TestCloud;
let restore: () => void;
before(async () => {
  cloud = await startMailCloud();
  restore = keepState(cloud);
});
afterEach(() => restore());
after(() => cloud.stop());

const serverAt = (protocol: Protocol, address: string) => {
  if (protocol === 'smtp') return new SmtpServer(address);
  return protocol === 'imap' ? new ImapServer(address) : new PopServer(address);
};
const server = (protocol: Protocol) => serverAt(protocol, new URL(cloud.urls[protocol]).host);
const token = async (roles?: string[]): Promise<Token> =>
  readToken(await mailToken(cloud, roles === undefined ? {} : { roles }), anExpectation(undefined, 'outlook'));

describe('a mailbox that was granted', () => {
  for (const protocol of protocols) {
    test(`opens over ${protocol}, and is left as it was`, async () => {
      const before = structuredClone(cloud.state.messages);
      assert.equal((await server(protocol).reach()).kind, 'reached');
      assert.equal((await server(protocol).signIn(await token(), post)).kind, 'in');
      assert.deepEqual(cloud.state.messages, before);
      assert.equal(cloud.state.sendingUse.length, 0);
    });
  }
});

describe('a mailbox that does not open', () => {
  type Row = readonly [
    what: string,
    seed: (state: CloudState) => void,
    said: Readonly<Record<Protocol, SignIn['kind']>>,
  ];
  const rows: readonly Row[] = [
    [
      'without a service principal',
      (state) => void state.exchangeServicePrincipals.splice(0),
      { smtp: 'refused', imap: 'refused', pop: 'refused' },
    ],
    [
      'with the wrong object id',
      (state) => {
        for (const principal of state.exchangeServicePrincipals) principal.objectId = crypto.randomUUID();
      },
      { smtp: 'refused', imap: 'not-connected', pop: 'refused' },
    ],
    [
      'without FullAccess',
      (state) => void state.mailboxPermissions.splice(0),
      { smtp: 'refused', imap: 'not-connected', pop: 'refused' },
    ],
    [
      'with its protocols switched off',
      (state) => {
        const mailbox = state.mailboxes.find(({ address }) => address === post);
        if (mailbox) {
          mailbox.exchange = { imapEnabled: false, popEnabled: false, smtpClientAuthenticationDisabled: true };
        }
      },
      { smtp: 'switched-off', imap: 'not-connected', pop: 'refused' },
    ],
  ];
  for (const [what, seed, said] of rows) {
    test(`${what}: ${JSON.stringify(said)}`, async () => {
      seed(cloud.state);
      const signIns = await Promise.all(protocols.map(async (one) => server(one).signIn(await token(), post)));
      assert.deepEqual(
        signIns.map(({ kind }) => kind),
        protocols.map((one) => said[one]),
      );
    });
  }

  test('says for whom SMTP AUTH is switched off', async () => {
    const [organization] = cloud.state.exchangeOrganizations;
    const of = async () => {
      const signIn = await server('smtp').signIn(await token(), post);
      return signIn.kind === 'switched-off' ? [signIn.for, signIn.answered] : signIn;
    };
    Object.assign(organization ?? {}, { smtpClientAuthenticationDisabled: true });
    assert.deepEqual(await of(), ['tenant', '535 5.7.139']);
    Object.assign(organization ?? {}, { securityDefaults: true });
    assert.deepEqual(await of(), ['everybody', '535 5.7.139']);
    cloud.faults.add({ service: 'smtp', operation: 'AUTH', fault: { kind: 'reply', text: '535 5.7.139 Other' } });
    assert.deepEqual(await of(), ['somebody', '535 5.7.139']);
  });

  test('takes the app in and not the mailbox as sender', async () => {
    const text = '550 5.7.60 SMTP; Client does not have permissions to send as this sender';
    cloud.faults.add({ service: 'smtp', operation: 'MAIL', fault: { kind: 'reply', text } });
    assert.deepEqual(await server('smtp').signIn(await token(), post), { kind: 'not-sender', answered: '550 5.7.60' });
  });

  test('says nothing of anybody: no address, no token', async () => {
    for (const protocol of protocols) {
      const said = JSON.stringify(await server(protocol).signIn(await token([]), anna));
      assert.doesNotMatch(said, /@|eyJ/);
    }
  });
});

describe('a server that cannot be asked', () => {
  const inert = async (make: () => Promise<Server>, run: (address: string) => Promise<void>) => {
    const listening = await make();
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    try {
      await run(`localhost:${(listening.address() as AddressInfo).port}`);
    } finally {
      listening.close();
    }
  };

  for (const protocol of protocols) {
    test(`${protocol}: a name that nobody has, and a port that is closed`, async () => {
      assert.equal((await serverAt(protocol, 'mail.invalid:1').reach()).kind, 'unresolved');
      assert.deepEqual(await serverAt(protocol, 'localhost:1').reach(), {
        kind: 'unreachable',
        answered: 'ECONNREFUSED',
      });
      const signIn = await serverAt(protocol, 'localhost:1').signIn(aToken(), post);
      assert.deepEqual(signIn, { kind: 'unavailable', answered: 'ECONNREFUSED' });
    });

    test(`${protocol}: one that resets its connections`, async () => {
      cloud.faults.add({ service: protocol, fault: { kind: 'down' } });
      assert.deepEqual(await server(protocol).reach(), { kind: 'unreachable', answered: 'ECONNRESET' });
      assert.equal((await server(protocol).signIn(await token(), post)).kind, 'unavailable');
    });
  }

  test('a stranger’s certificate is not trusted, and no token is shown to it', async () => {
    const { cert, key } = await makeServerCertificate();
    const heard: string[] = [];
    const make = () =>
      Promise.resolve(
        createTlsServer({ cert, key }, (socket) => socket.on('data', (data) => heard.push(String(data)))).on(
          'tlsClientError',
          () => {},
        ),
      );
    await inert(make, async (address) => {
      for (const protocol of ['imap', 'pop'] as const) {
        assert.equal((await serverAt(protocol, address).reach()).kind, 'untrusted');
        assert.equal((await serverAt(protocol, address).signIn(aToken(), post)).kind, 'unavailable');
      }
    });
    assert.deepEqual(heard, []);
  });

  test('an SMTP server without STARTTLS is shown no token', async () => {
    const heard: string[] = [];
    const make = () =>
      Promise.resolve(
        createServer((socket) => {
          socket.write('220 plain\r\n');
          socket.on('data', (data) => {
            heard.push(String(data));
            socket.write(/^EHLO/.test(String(data)) ? '250 plain\r\n' : '500 no\r\n');
          });
          socket.on('error', () => {});
        }),
      );
    await inert(make, async (address) => {
      assert.notEqual((await serverAt('smtp', address).reach()).kind, 'reached');
      assert.equal((await serverAt('smtp', address).signIn(aToken(), post)).kind, 'unavailable');
    });
    assert.doesNotMatch(heard.join(''), /AUTH/);
  });
});
