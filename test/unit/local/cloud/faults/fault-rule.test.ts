/** What a rule may be: each wrong one is refused with the name of the field. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FaultPanel, InvalidFaultError } from '../../../../../local/cloud/faults/fault-panel.ts';
import { type FaultRuleInput, serviceNames } from '../../../../../local/cloud/faults/fault-rule.ts';
import { customers } from '../../../../../local/cloud/seed.ts';

const mailServers = ['smtp', 'imap', 'pop'];
const http = serviceNames.filter((name) => !mailServers.includes(name));

/** The fields that are wrong about a rule; none for one that is taken. */
function wrongFields(rule: object): string[] {
  const panel = new FaultPanel();
  try {
    // What comes over the control API has no type either.
    panel.add(rule as FaultRuleInput);
    assert.equal(panel.list().length, 1);
    return [];
  } catch (error) {
    assert.ok(error instanceof InvalidFaultError);
    assert.deepEqual(panel.list(), []);
    for (const { field, message } of error.problems) assert.ok(error.message.includes(`${field}: ${message}`));
    return error.problems.map(({ field }) => field);
  }
}

const graph = (fault: object, more: object = {}) => ({ service: 'graph', fault, ...more });
const busy = { kind: 'answer', status: 429 };

describe('a rule is refused by the name of its field', () => {
  const wrong: [string, object, string][] = [
    ['no service', { fault: busy }, 'service'],
    ['an unknown service', { service: 'teams', fault: busy }, 'service'],
    ['no fault', { service: 'graph' }, 'fault'],
    ['an unknown kind', graph({ kind: 'explode' }), 'fault.kind'],
    ['an unknown field', graph(busy, { tenant: 'x' }), 'tenant'],
    ['an unknown field of the fault', graph({ ...busy, retry: 3 }), 'fault.retry'],
    ['an id that could not stand in a URL', graph(busy, { id: 'a/b' }), 'id'],
    ['an empty operation', graph(busy, { operation: '' }), 'operation'],
    ['a tenant that is no GUID', graph(busy, { tenantId: 'contoso.example' }), 'tenantId'],
    ['no hits', graph(busy, { times: 0 }), 'times'],
    ['half a hit', graph(busy, { times: 1.5 }), 'times'],
    ['a negative skip', graph(busy, { skip: -1 }), 'skip'],
    ['a chance above one', graph(busy, { probability: 1.01 }), 'probability'],
    ['a seed without a chance', graph(busy, { seed: 1 }), 'seed'],
    ['a status that is none', graph({ kind: 'answer', status: 700 }), 'fault.status'],
    ['a status that is no answer yet', graph({ kind: 'answer', status: 100 }), 'fault.status'],
    ['an error body with a success', graph({ kind: 'answer', status: 200 }), 'fault.body'],
    ['a body where none can be', graph({ kind: 'answer', status: 204, body: 'html' }), 'fault.body'],
    ["a code in a proxy's page", graph({ ...busy, body: 'html', code: 'X' }), 'fault.code'],
    ["a message in a proxy's page", graph({ ...busy, body: 'empty', message: 'X' }), 'fault.message'],
    ['a negative Retry-After', graph({ ...busy, retryAfter: { seconds: -1 } }), 'fault.retryAfter.seconds'],
    ['a Retry-After beyond all dates', graph({ ...busy, retryAfter: { seconds: 1e12 } }), 'fault.retryAfter.seconds'],
    ['another form of Retry-After', graph({ ...busy, retryAfter: { seconds: 1, as: 'ms' } }), 'fault.retryAfter.as'],
    ['another moment', graph({ kind: 'cut', when: 'during' }), 'fault.when'],
    ['a slowness of nothing', graph({ kind: 'slow', milliseconds: 0 }), 'fault.milliseconds'],
    ['a slowness of more than an hour', graph({ kind: 'slow', milliseconds: 3_600_001 }), 'fault.milliseconds'],
    ['what is no media type', graph({ kind: 'content-type', contentType: 'html' }), 'fault.contentType'],
    [
      'a media type that would end the header',
      graph({ kind: 'content-type', contentType: 'text/html\r\nX: y' }),
      'fault.contentType',
    ],
    ['a clock beyond all dates', graph({ kind: 'clock', seconds: 1e15 }), 'fault.seconds'],
    ['a code that is not of Entra', { service: 'entra', fault: { ...busy, code: 'Throttled' } }, 'fault.code'],
    ['a reply of two lines', { service: 'smtp', fault: { kind: 'reply', text: '451 a\r\n250 b' } }, 'fault.text'],
    ['a moment of a connection', graph({ kind: 'down', when: 'after' }), 'fault.when'],
  ];
  for (const [what, rule, field] of wrong) {
    test(what, () => assert.deepEqual(wrongFields(rule), [field]));
  }

  test('all of them at once', () => {
    assert.deepEqual(wrongFields({ service: 'x', times: 0, fault: { kind: 'slow' } }), [
      'service',
      'times',
      'fault.milliseconds',
    ]);
  });

  test('what is no object', () => assert.deepEqual(wrongFields([]), ['the whole']));
});

describe('a kind is for certain services', () => {
  const kinds: [string, object, readonly string[]][] = [
    ['answer', busy, http],
    ['endless', { kind: 'endless' }, http],
    ['content-type', { kind: 'content-type', contentType: 'text/plain' }, http],
    ['reply', { kind: 'reply', text: '451 4.7.0 Temporary server error.' }, mailServers],
    ['cut', { kind: 'cut' }, serviceNames],
    ['silence', { kind: 'silence' }, serviceNames],
    ['slow', { kind: 'slow', milliseconds: 5 }, serviceNames],
    ['clock', { kind: 'clock', seconds: 5 }, serviceNames],
    ['down', { kind: 'down' }, serviceNames],
  ];
  for (const [kind, fault, fitting] of kinds) {
    test(`${kind}: taken for ${fitting.length === serviceNames.length ? 'all' : fitting.join(', ')} and no other`, () => {
      for (const service of serviceNames) {
        assert.deepEqual(wrongFields({ service, fault }), fitting.includes(service) ? [] : ['fault.kind'], service);
      }
    });
  }

  test('one that holds for a whole service cannot choose among requests', () => {
    const choices = { operation: 'token', tenantId: customers.contoso.id, mailbox: 'a@b.example', times: 1, skip: 1 };
    for (const fault of [{ kind: 'down' }, { kind: 'clock', seconds: 60 }]) {
      for (const [name, value] of Object.entries(choices)) {
        assert.deepEqual(wrongFields({ service: 'graph', [name]: value, fault }), [name]);
      }
      assert.deepEqual(wrongFields({ service: 'graph', probability: 0.5, seed: 1, fault }), ['probability', 'seed']);
    }
  });
});

describe('a rule that could never hit is refused', () => {
  const cut = { kind: 'cut' };
  const telling: Record<'tenantId' | 'mailbox', readonly string[]> = {
    tenantId: ['entra', 'graph', 'upload', ...mailServers],
    mailbox: ['graph', 'upload', ...mailServers],
  };
  for (const name of ['tenantId', 'mailbox'] as const) {
    test(`${name}: for services whose requests are told apart by it`, () => {
      for (const service of serviceNames) {
        const rule = { service, [name]: customers.contoso.id, fault: cut };
        assert.deepEqual(wrongFields(rule), telling[name].includes(service) ? [] : [name], service);
      }
    });
  }
});
