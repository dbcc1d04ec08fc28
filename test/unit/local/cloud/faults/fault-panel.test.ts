/** Which rule hits which request. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FaultPanel, type FaultTarget } from '../../../../../local/cloud/faults/fault-panel.ts';
import type { FaultRuleInput } from '../../../../../local/cloud/faults/fault-rule.ts';
import { customers } from '../../../../../local/cloud/seed.ts';

const { contoso, fabrikam } = customers;
const post = `post@${contoso.domain}`;
const sendMail: FaultTarget = { service: 'graph', operation: 'sendMail', tenantId: contoso.id, mailbox: post };

const aRule = (overrides: Partial<FaultRuleInput> = {}): FaultRuleInput => ({
  service: 'graph',
  fault: { kind: 'cut' },
  ...overrides,
});

function panelWith(...rules: FaultRuleInput[]): FaultPanel {
  const panel = new FaultPanel();
  for (const rule of rules) panel.add(rule);
  return panel;
}

/** Which of so many same requests are hit, as a string of hits (x) and misses (.). */
const pattern = (panel: FaultPanel, count: number, target = sendMail): string =>
  Array.from({ length: count }, () => (panel.take(target) ? 'x' : '.')).join('');

const hits = (panel: FaultPanel): number[] => panel.list().map((one) => one.hits);

describe('matching', () => {
  const cases: [string, Partial<FaultRuleInput>, Partial<FaultTarget>, boolean][] = [
    ['a rule without conditions hits every request of its service', {}, {}, true],
    ['and none of another service', {}, { service: 'vault' }, false],
    ['operation: the same', { operation: 'sendMail' }, {}, true],
    ['operation: in other letters', { operation: 'SENDMAIL' }, {}, true],
    ['operation: another', { operation: 'token' }, {}, false],
    ['operation: the beginning of another', { operation: 'send' }, {}, false],
    ['tenant: the same, in capitals', { tenantId: contoso.id.toUpperCase() }, {}, true],
    ['tenant: another', { tenantId: fabrikam.id }, {}, false],
    ['tenant: a request that names none', { tenantId: contoso.id }, { tenantId: undefined }, false],
    ['mailbox: the same, in capitals', { mailbox: post.toUpperCase() }, {}, true],
    ['mailbox: another of the tenant', { mailbox: `anna@${contoso.domain}` }, {}, false],
    ['mailbox: a request that uses none', { mailbox: post }, { mailbox: undefined }, false],
    ['all conditions must hold', { operation: 'sendMail', tenantId: fabrikam.id, mailbox: post }, {}, false],
  ];
  for (const [title, rule, target, expected] of cases) {
    test(title, () => {
      const panel = panelWith(aRule(rule));
      assert.equal(panel.take({ ...sendMail, ...target }) !== undefined, expected);
      assert.deepEqual(hits(panel), [expected ? 1 : 0]);
    });
  }
});

describe('how often', () => {
  test('hits all requests until it is removed', () => {
    const panel = panelWith(aRule({ id: 'one' }));
    assert.equal(pattern(panel, 5), 'xxxxx');
    assert.equal(panel.remove('one'), true);
    assert.equal(pattern(panel, 2), '..');
    assert.equal(panel.remove('one'), false);
  });

  test('times: so many and no more', () => {
    const panel = panelWith(aRule({ times: 2 }));
    assert.equal(pattern(panel, 5), 'xx...');
    assert.deepEqual(hits(panel), [2]);
  });

  test('skip: so many matching requests pass first; those that do not match are not counted', () => {
    const panel = panelWith(aRule({ skip: 2, times: 1, operation: 'sendMail' }));
    assert.equal(pattern(panel, 3, { ...sendMail, operation: 'messages' }), '...');
    assert.equal(pattern(panel, 5), '..x..');
  });

  test('probability: the same seed gives the same sequence, another seed another', () => {
    const of = (seed: number) => pattern(panelWith(aRule({ probability: 0.5, seed })), 64);
    assert.equal(of(7), of(7));
    assert.notEqual(of(7), of(8));
  });

  test('probability: without a seed the sequence is that of the place in which the rule was added', () => {
    const of = () => pattern(panelWith(aRule({ operation: 'other' }), aRule({ probability: 0.5 })), 64);
    assert.equal(of(), of());
  });

  for (const probability of [0, 0.1, 0.5, 0.9, 1]) {
    test(`probability: ${probability} of many requests`, () => {
      const count = 20_000;
      const share = pattern(panelWith(aRule({ probability, seed: 42 })), count).replaceAll('.', '').length / count;
      assert.ok(Math.abs(share - probability) < 0.01, `${share}`);
    });
  }

  test('probability with times and skip: drawn only for those that are not skipped, until there were enough', () => {
    const drawn = pattern(panelWith(aRule({ probability: 0.5, seed: 3 })), 40);
    const panel = panelWith(aRule({ probability: 0.5, seed: 3, skip: 4, times: 3 }));
    const expected = `....${drawn.slice(4)}`;
    const third = [...expected.matchAll(/x/g)][2]?.index ?? 0;
    assert.equal(pattern(panel, 40), expected.slice(0, third + 1).padEnd(40, '.'));
  });
});

describe('several rules', () => {
  test('the first that matches hits; the next takes over when it is used up', () => {
    const panel = panelWith(
      aRule({ id: 'first', times: 1 }),
      aRule({ id: 'second', times: 1 }),
      aRule({ id: 'third' }),
    );
    const order = Array.from({ length: 4 }, () => panel.take(sendMail)?.id);
    assert.deepEqual(order, ['first', 'second', 'third', 'third']);
    assert.deepEqual(hits(panel), [1, 1, 2]);
  });

  test('a request that one rule hits is not counted by the next', () => {
    const panel = panelWith(aRule({ times: 1 }), aRule({ id: 'second', skip: 1 }));
    assert.deepEqual(
      Array.from({ length: 3 }, () => panel.take(sendMail)?.id),
      ['fault-1', undefined, 'second'],
    );
  });

  test('a service that is down is so before all other rules', () => {
    const panel = panelWith(aRule(), aRule({ id: 'outage', fault: { kind: 'down' } }));
    assert.equal(panel.take(sendMail)?.id, 'outage');
    assert.deepEqual(hits(panel), [0, 1]);
  });

  test('clear removes all', () => {
    const panel = panelWith(
      aRule(),
      aRule({ fault: { kind: 'down' } }),
      aRule({ fault: { kind: 'clock', seconds: 9 } }),
    );
    panel.clear();
    assert.deepEqual(panel.list(), []);
    assert.equal(panel.take(sendMail), undefined);
    assert.equal(panel.isDown('graph'), false);
    assert.equal(panel.skew('graph'), 0);
  });
});

describe('release', () => {
  test('gives the hit back', () => {
    const panel = panelWith(aRule({ times: 1 }));
    const first = panel.take(sendMail);
    assert.equal(panel.take(sendMail), undefined);
    first?.release();
    assert.deepEqual(hits(panel), [0]);
    assert.equal(pattern(panel, 2), 'x.');
  });

  test('twice is once', () => {
    const panel = panelWith(aRule({ times: 2 }));
    const first = panel.take(sendMail);
    panel.take(sendMail);
    first?.release();
    first?.release();
    assert.deepEqual(hits(panel), [1]);
    assert.equal(pattern(panel, 2), 'x.');
  });

  test('leaves the sequence of a chance as it was', () => {
    const rule = aRule({ probability: 0.5, seed: 11 });
    const untouched = pattern(panelWith(rule), 30);
    const panel = panelWith(rule);
    let got = '';
    while (got.length < 30) {
      const hit = panel.take(sendMail);
      if (hit && got.length % 2 === 0) {
        hit.release();
        assert.ok(panel.take(sendMail), 'the same place is drawn again');
      }
      got += hit ? 'x' : '.';
    }
    assert.equal(got, untouched);
  });

  test('of a rule that was removed meanwhile changes no other', () => {
    const panel = panelWith(aRule({ id: 'gone' }));
    const hit = panel.take(sendMail);
    panel.remove('gone');
    panel.add(aRule({ id: 'gone' }));
    hit?.release();
    assert.deepEqual(hits(panel), [0]);
  });
});

describe('ids', () => {
  test('are chosen, never twice and never one that is taken', () => {
    const panel = new FaultPanel();
    panel.add(aRule({ id: 'fault-1' }));
    assert.equal(panel.add(aRule()), 'fault-2');
    panel.remove('fault-2');
    panel.clear();
    assert.equal(panel.add(aRule()), 'fault-3');
  });

  test('one that is taken is refused', () => {
    const panel = panelWith(aRule({ id: 'mine' }));
    assert.throws(() => panel.add(aRule({ id: 'mine' })), {
      name: 'InvalidFaultError',
      message: 'A fault rule is wrong: id: "mine" is taken.',
    });
    assert.equal(panel.list().length, 1);
  });

  test('the list is a copy: changing it changes no rule', () => {
    const panel = panelWith(aRule({ id: 'mine', times: 1 }));
    const [listed] = panel.list();
    if (listed) listed.rule.times = 99;
    assert.equal(panel.list()[0]?.rule.times, 1);
  });
});

describe('whole services', () => {
  test('a clock rule hits no request and sets its own service alone; several add up', () => {
    const panel = panelWith(
      aRule({ fault: { kind: 'clock', seconds: 90 } }),
      aRule({ fault: { kind: 'clock', seconds: -30 } }),
    );
    assert.equal(panel.take(sendMail), undefined);
    assert.equal(panel.skew('graph'), 60_000);
    assert.equal(panel.skew('entra'), 0);
  });

  test('a service is down alone, and each connection is counted', () => {
    const panel = panelWith(aRule({ id: 'outage', fault: { kind: 'down' } }));
    assert.equal(panel.isDown('graph'), true);
    assert.equal(panel.isDown('upload'), false);
    assert.equal(panel.takeConnection('vault'), undefined);
    assert.equal(panel.takeConnection('graph')?.id, 'outage');
    assert.deepEqual(hits(panel), [1]);
  });
});
