/** What an upload host may answer besides what Microsoft documents: nothing of it makes an attachment that is not whole. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, describe, test } from 'node:test';
import { nextOctet, putRange } from '../../../../../shared/adapters/graph/graph-upload.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import { startScriptedServer } from '../../../../support/scripted-server.ts';

const secret = 'authtoken=secret';

/** The whole has 30 octets. */
async function asking<T>(answer: (response: ServerResponse) => void, ask: (url: string) => Promise<T>): Promise<T> {
  const server = await startScriptedServer({ answer });
  after(() => server.stop());
  return ask(`${server.url}/session?${secret}`);
}

const json = (status: number, value: unknown) => (response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const expecting = (...nextExpectedRanges: readonly string[]) => json(200, { nextExpectedRanges });

/** Octets 10 to 19. */
const put = (url: string) => putRange({ url, tenantId: contoso }, Buffer.alloc(10), 10, 30);
/** Octets 20 to 29. */
const putLast = (url: string) => putRange({ url, tenantId: contoso }, Buffer.alloc(10), 20, 30);

describe('a range is followed', () => {
  test('by what Microsoft wants next, in either spelling, or by the octet behind it', async () => {
    assert.equal(await asking(expecting('20-'), put), 20);
    assert.equal(await asking(expecting('15-29'), put), 15);
    assert.equal(await asking(json(202, { NextExpectedRanges: ['20'] }), put), 20);
    assert.equal(await asking(json(200, {}), put), 20);
  });

  test('by nothing once the attachment is made', async () => {
    assert.equal(await asking(json(201, {}), putLast), undefined);
  });
});

describe('is asked about again, and nothing is taken for done, when after a range', () => {
  const answers: Record<string, [(response: ServerResponse) => void, typeof put]> = {
    'octets are wanted that it has': [expecting('0-'), put],
    'the same octets are wanted': [expecting('10-'), put],
    'octets are wanted behind those that it has': [expecting('25-'), put],
    'the attachment is made too early': [json(201, {}), put],
    'nothing is wanted and nothing is made': [json(200, { nextExpectedRanges: [] }), putLast],
    'octets behind the end are wanted': [expecting('30-'), putLast],
    'it is sent elsewhere': [(response) => response.writeHead(307, { location: 'https://localhost:1/' }).end(), put],
  };
  for (const [what, [answer, ask]] of Object.entries(answers)) {
    test(what, async () => {
      const error = await failureOf(asking(answer, ask));
      assert.equal(error.code, 'GRAPH_UNAVAILABLE');
      assert.doesNotMatch(shownOf(error), /secret|localhost/);
    });
  }
});

describe('a session', () => {
  const ask = (url: string) => nextOctet({ url, tenantId: contoso }, 30);

  test('says where it is', async () => {
    assert.equal(await asking(expecting('20-29'), ask), 20);
  });

  test('is none any more when it has everything, or says nothing', async () => {
    for (const answer of [expecting('30-'), expecting(), json(404, {}), json(410, {})]) {
      assert.equal(await asking(answer, ask), undefined);
    }
  });
});
