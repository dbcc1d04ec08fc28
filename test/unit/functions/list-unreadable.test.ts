import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { outcomesAnswer, poisonListAnswer } from '../../../shared/mail/api/answers.ts';
import { contoso } from '../../support/app-identity.ts';
import { memoryMailApi } from '../../support/mail-api.ts';
import { anOutcome } from '../../support/outcome.ts';
import { aPoisonEntry } from '../../support/poison.ts';

describe('a list of which rows cannot be read', () => {
  test('has the others with status 200, and says how many are missing', async () => {
    const { ask, store } = memoryMailApi();
    store.list = () => Promise.resolve({ items: [anOutcome()], unreadable: 2 });
    store.listPoison = () => Promise.resolve({ items: [aPoisonEntry()], unreadable: 1 });
    const outcomes = await ask('listMailJobs', { query: { tenant: contoso } });
    assert.deepEqual([outcomes.status, outcomesAnswer.parse(outcomes.body).unreadable], [200, 2]);
    assert.equal(outcomesAnswer.parse(outcomes.body).items.length, 1);
    const poison = await ask('listPoison', { query: { tenant: contoso } });
    assert.deepEqual([poison.status, poisonListAnswer.parse(poison.body).unreadable], [200, 1]);
  });

  test('says nothing of it where all can be read', async () => {
    const { ask, store } = memoryMailApi();
    store.put(anOutcome());
    const { body } = await ask('listMailJobs', { query: { tenant: contoso } });
    assert.deepEqual(Object.keys(body), ['items']);
  });
});
