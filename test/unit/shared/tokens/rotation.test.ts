import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../shared/clock.ts';
import type { Presented, Proof } from '../../../../shared/tokens/credential.ts';
import { Rotation } from '../../../../shared/tokens/rotation.ts';
import { noteEvery } from '../../../../shared/tokens/use-notes.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { aCredential, aProof, MemoryCredentialRecord, proofOf } from '../../../support/credential.ts';
import { anError, failing, withCode } from '../../../support/failing.ts';
import { failureOf } from '../../../support/failure-of.ts';
import { recordingLog } from '../../../support/recording-log.ts';

const refreshSeconds = 600;
const notRegistered = (tenantId: string, aadsts = 700027) =>
  anError('CREDENTIAL_REFUSED', { detail: { tenantId, aadsts } });

/** An Entra that knows some proofs, beside a process that rotates. What was asked stands in `asked`. */
function aProcess(list: readonly Proof[], registered: readonly string[]) {
  const clock = settableClock();
  const recording = recordingLog();
  const credential = aCredential(list);
  const record = new MemoryCredentialRecord();
  const known = new Set(registered);
  const asked: string[] = [];
  const rotation = new Rotation({ credential, record, refreshSeconds, now: clock.now, log: recording.log });
  const atEntra = async (presented: Presented, tenantId = contoso): Promise<string> => {
    const id = proofOf(presented);
    asked.push(id);
    // As over a network: others get their turn before the answer is there.
    await new Promise((resolve) => setImmediate(resolve));
    if (!known.has(id)) throw notRegistered(tenantId);
    return id;
  };
  const ask = (tenantId = contoso): Promise<string> =>
    rotation.ask(tenantId, (presented) => atEntra(presented, tenantId));
  return { clock, recording, credential, record, known, asked, rotation, ask };
}

const [next, old] = [aProof('next', { registeredAs: 'AB12' }), aProof('old')];

describe('the proof that is used', () => {
  test('is the newest that Entra accepts', async () => {
    const { ask, asked, recording } = aProcess([next, old], ['next', 'old']);
    assert.equal(await ask(), 'next');
    assert.deepEqual([asked, recording.events()], [['next'], []]);
  });

  test('is the one before while Entra does not know the newest, and the log says so once for all tenants', async () => {
    const { ask, asked, recording } = aProcess([next, old], ['old']);
    for (const tenantId of [contoso, fabrikam, contoso]) assert.equal(await ask(tenantId), 'old');
    assert.deepEqual(asked, ['next', 'old', 'old', 'old']);
    assert.deepEqual(recording.lines, [
      {
        level: 'warning',
        event: 'credential.not-registered',
        detail: { credential: 'certificate', proof: 'next', registeredAs: 'AB12', next: 'old', aadsts: 700027 },
      },
    ]);
  });

  test('is the newest again, once the refresh period is over and it was registered meanwhile', async () => {
    const { ask, asked, known, clock, recording } = aProcess([next, old], ['old']);
    await ask();
    known.add('next');
    clock.advance(refreshSeconds * seconds - 1);
    assert.equal(await ask(), 'old');
    clock.advance(1);
    assert.equal(await ask(), 'next');
    assert.deepEqual(asked, ['next', 'old', 'old', 'next']);
    assert.deepEqual(recording.lines.at(-1), {
      level: 'information',
      event: 'credential.changed',
      detail: { credential: 'certificate', proof: 'next', before: 'old' },
    });
  });

  test('is tried once in a refresh period as long as it is unknown, and said so as often', async () => {
    const { ask, asked, clock, recording } = aProcess([next, old], ['old']);
    for (let period = 0; period < 3; period += 1) {
      await ask();
      await ask(fabrikam);
      clock.advance(refreshSeconds * seconds);
    }
    assert.deepEqual(asked, ['next', 'old', 'old', 'next', 'old', 'old', 'next', 'old', 'old']);
    assert.deepEqual(
      recording.events(),
      Array.from({ length: 3 }, () => 'credential.not-registered'),
    );
  });

  test('is another at once when the one in use is taken out of the registration', async () => {
    const { ask, known, recording } = aProcess([next, old], ['next', 'old']);
    await ask();
    known.delete('next');
    assert.equal(await ask(), 'old');
    assert.deepEqual(recording.events(), ['credential.not-registered', 'credential.changed']);
  });

  test('is not the one that only a late answer was for', async () => {
    const { credential, rotation, ask, recording } = aProcess([old], ['next', 'old']);
    await ask();
    const slow = Promise.withResolvers<string>();
    const late = rotation.ask(contoso, () => slow.promise);
    await new Promise((resolve) => setImmediate(resolve));
    credential.list = [next, old];
    assert.equal(await ask(), 'next');
    slow.resolve('an answer to old');
    assert.equal(await late, 'an answer to old');
    await ask();
    assert.deepEqual(recording.events(), ['credential.changed']);
  });
});

describe('only a refusal of this very proof makes it try the next', () => {
  for (const aadsts of [700027, 50012, 7000215, 7000222, 700211, 700212, 700213, 7002138]) {
    test(`AADSTS${aadsts} does`, async () => {
      const { rotation } = aProcess([next, old], []);
      const answer = await rotation.ask(contoso, (presented) =>
        proofOf(presented) === 'next' ? Promise.reject(notRegistered(contoso, aadsts)) : Promise.resolve('yes'),
      );
      assert.equal(answer, 'yes');
    });
  }

  // Of the assertion's form, audience or time; of a chain that is never sent; of the tenant; of Entra's own trouble.
  for (const aadsts of [50027, 50048, 700021, 700023, 700024, 700030, 700025, 7000229, 700016, 90002, 50196, 90033]) {
    test(`AADSTS${aadsts} does not`, async () => {
      const asked: string[] = [];
      const { rotation, recording } = aProcess([next, old], []);
      const error = notRegistered(contoso, aadsts);
      const asking = rotation.ask(contoso, (presented) => {
        asked.push(proofOf(presented));
        return Promise.reject(error);
      });
      await assert.rejects(asking, (thrown) => thrown === error);
      assert.deepEqual([asked, recording.events()], [['next'], []]);
    });
  }

  test('a proof that cannot be presented at all is passed over too, in the words for that', async () => {
    const broken = aProof('next', { present: failing('CREDENTIAL_UNUSABLE') });
    const { ask, asked, recording } = aProcess([broken, old], ['old']);
    assert.equal(await ask(), 'old');
    assert.deepEqual([asked, recording.events()], [['old'], ['credential.unusable']]);
  });

  test('a vault that is away does not make it show something else', async () => {
    const away = aProof('next', { present: failing('VAULT_UNAVAILABLE') });
    const { ask, asked } = aProcess([away, old], ['old']);
    await assert.rejects(ask(), withCode('VAULT_UNAVAILABLE'));
    assert.deepEqual(asked, []);
  });
});

describe('when many ask at once', () => {
  const all = (ask: () => Promise<string>, count = 200) => Promise.all(Array.from({ length: count }, () => ask()));

  test('and a new version appears that is not registered, one request is refused', async () => {
    const { ask, asked, credential, recording } = aProcess([old], ['old']);
    await ask();
    credential.list = [next, old];
    const answers = await all(ask);
    assert.deepEqual(new Set(answers), new Set(['old']));
    assert.equal(asked.filter((id) => id === 'next').length, 1);
    assert.equal(asked.length, 1 + 200 + 1);
    assert.deepEqual(recording.events(), ['credential.not-registered']);
  });

  test('and a new version appears that is registered, those after the first answer use it', async () => {
    const { ask, asked, credential, recording } = aProcess([old], ['old', 'next']);
    await ask();
    credential.list = [next, old];
    await all(ask);
    assert.equal(asked.length, 1 + 200);
    assert.deepEqual(new Set(await all(ask)), new Set(['next']));
    assert.deepEqual(recording.events(), ['credential.changed']);
  });

  test('of a process that has just started, all wait for the first verdict, and one request is refused', async () => {
    const { ask, asked } = aProcess([next, old], ['old']);
    assert.deepEqual(new Set(await all(ask)), new Set(['old']));
    assert.equal(asked.filter((id) => id === 'next').length, 1);
  });

  test('and the one in use is taken out of the registration, each falls back, and the log says so once', async () => {
    const { ask, asked, known, recording } = aProcess([next, old], ['next', 'old']);
    await ask();
    known.delete('next');
    assert.deepEqual(new Set(await all(ask, 20)), new Set(['old']));
    assert.equal(asked.length, 1 + 2 * 20);
    assert.deepEqual(recording.events(), ['credential.not-registered', 'credential.changed']);
    asked.length = 0;
    await all(ask, 20);
    assert.deepEqual(new Set(asked), new Set(['old']));
  });

  test('with a single proof, nobody waits for anybody', async () => {
    const { rotation } = aProcess([old], ['old']);
    const never = Promise.withResolvers<string>();
    void rotation.ask(contoso, () => never.promise);
    assert.equal(await rotation.ask(fabrikam, () => Promise.resolve('answered')), 'answered');
    never.resolve('');
  });

  test('and the first gets no verdict, the others go on by themselves', async () => {
    const { rotation, asked, known } = aProcess([next, old], ['next']);
    let first = true;
    const ask = (tenantId: string) =>
      rotation.ask(tenantId, async (presented) => {
        asked.push(proofOf(presented));
        const isFirst = first;
        first = false;
        await new Promise((resolve) => setImmediate(resolve));
        if (isFirst) throw anError('APP_NOT_IN_TENANT', { detail: { aadsts: 7000229 } });
        if (!known.has(proofOf(presented))) throw notRegistered(tenantId);
        return proofOf(presented);
      });
    const [one, ...others] = await Promise.allSettled(Array.from({ length: 20 }, () => ask(contoso)));
    assert.equal(one?.status, 'rejected');
    assert.deepEqual(
      others.map((end) => end.status === 'fulfilled' && end.value),
      Array.from({ length: 19 }, () => 'next'),
    );
    assert.deepEqual(new Set(asked), new Set(['next']));
  });
});

describe('when no proof is accepted', () => {
  test('the refusal of the newest is what is thrown', async () => {
    const { rotation } = aProcess([next, old], []);
    const asking = rotation.ask(contoso, (presented) =>
      Promise.reject(notRegistered(contoso, proofOf(presented) === 'next' ? 700027 : 50012)),
    );
    const { code, detail } = await failureOf(asking);
    assert.deepEqual([code, detail['aadsts'], detail['tenantId']], ['CREDENTIAL_REFUSED', 700027, contoso]);
  });

  test('nobody asks for 30 seconds; whoever comes is told why, for his own tenant, and for how long', async () => {
    const { ask, asked, clock } = aProcess([next, old], []);
    await assert.rejects(ask(), withCode('CREDENTIAL_REFUSED'));
    clock.advance(10 * seconds);
    const { code, message, detail, retryAfterSeconds } = await failureOf(ask(fabrikam));
    assert.deepEqual([code, retryAfterSeconds], ['CREDENTIAL_REFUSED', 20]);
    assert.deepEqual(detail, { tenantId: fabrikam, aadsts: 700027, credential: 'certificate', proofs: 'next old' });
    assert.match(message, new RegExp(`${fabrikam}.*no certificate of this app was accepted \\(next old\\)`));
    clock.advance(20 * seconds - 1);
    await assert.rejects(ask(), withCode('CREDENTIAL_REFUSED'));
    assert.deepEqual(asked, ['next', 'old']);
  });

  for (const list of [[next, old], [old]]) {
    test(`many who come after 30 seconds make one round of requests (${list.length} of them), not one each`, async () => {
      const { ask, asked, clock } = aProcess(list, []);
      await assert.rejects(ask(), withCode('CREDENTIAL_REFUSED'));
      asked.length = 0;
      clock.advance(30 * seconds);
      const ends = await Promise.allSettled(Array.from({ length: 100 }, () => ask()));
      assert.ok(ends.every(({ status }) => status === 'rejected'));
      assert.deepEqual(
        asked,
        list.map(({ id }) => id),
      );
    });
  }

  test('and one is registered meanwhile, the next request after the 30 seconds gets through, and all after it', async () => {
    const { ask, asked, known, clock } = aProcess([next, old], []);
    await assert.rejects(ask(), withCode('CREDENTIAL_REFUSED'));
    known.add('next');
    clock.advance(30 * seconds);
    assert.equal(await ask(), 'next');
    asked.length = 0;
    await Promise.all(Array.from({ length: 10 }, () => ask()));
    assert.equal(asked.length, 10);
  });

  test('but one that was under way is, after all, nobody is held up: registrations arrive place by place', async () => {
    const { rotation, ask } = aProcess([old], ['old']);
    const slow = Promise.withResolvers<string>();
    const late = rotation.ask(contoso, () => slow.promise);
    await assert.rejects(
      rotation.ask(contoso, () => Promise.reject(notRegistered(contoso))),
      withCode('CREDENTIAL_REFUSED'),
    );
    await assert.rejects(ask(), withCode('CREDENTIAL_REFUSED'));
    slow.resolve('accepted');
    await late;
    assert.equal(await ask(), 'old');
  });

  test('and the clock is set back, nobody is held up until it is there again', async () => {
    const { ask, known, clock } = aProcess([next, old], []);
    await assert.rejects(ask(), withCode('CREDENTIAL_REFUSED'));
    known.add('next');
    clock.advance(-60 * minutes);
    assert.equal(await ask(), 'next');
  });

  test('because there is none, that is said', async () => {
    await assert.rejects(aProcess([], []).ask(), withCode('CREDENTIAL_REFUSED'));
  });
});

describe('a use', () => {
  const expiring = aProof('old', { expiresAt: noon + 1, registeredAs: 'CD34' });

  test('is noted with all that the record must know, at once and then every ten minutes', async () => {
    const { ask, record, clock } = aProcess([expiring], ['old']);
    await ask();
    const noted = { proofId: 'old', kind: 'certificate', expiresAt: noon + 1, registeredAs: 'CD34', firstUsedAt: noon };
    assert.deepEqual([...record.uses.values()], [{ ...noted, usedAt: noon }]);
    clock.advance(noteEvery - 1);
    await ask();
    assert.equal(record.uses.get('old')?.usedAt, noon);
    clock.advance(1);
    await ask();
    assert.deepEqual([...record.uses.values()], [{ ...noted, usedAt: noon + noteEvery }]);
  });

  test('that is refused is not noted', async () => {
    const { ask, record } = aProcess([next, old], ['old']);
    await ask();
    assert.deepEqual([...record.uses.keys()], ['old']);
  });

  test('that could not be noted is noted at the next, of whichever proof, and the log says so once', async () => {
    const { ask, record, recording, clock, credential } = aProcess([old], ['old', 'next']);
    const noteUse = record.noteUse.bind(record);
    record.noteUse = failing('STORAGE_UNAVAILABLE');
    for (let times = 0; times < 3; times += 1) {
      assert.equal(await ask(), 'old');
      clock.advance(1 * seconds);
    }
    assert.deepEqual(recording.lines, [
      { level: 'warning', event: 'credential.use-not-noted', detail: { proof: 'old', code: 'STORAGE_UNAVAILABLE' } },
    ]);

    record.noteUse = noteUse;
    credential.list = [next, old];
    assert.equal(await ask(), 'next');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(record.uses.get('old')?.usedAt, noon + 2 * seconds);
    assert.equal(record.uses.get('next')?.usedAt, noon + 3 * seconds);
  });

  test('whose note fails again later is said again', async () => {
    const { ask, record, recording, clock } = aProcess([old], ['old']);
    const noteUse = record.noteUse.bind(record);
    for (const works of [false, true, false]) {
      record.noteUse = works ? noteUse : failing('STORAGE_UNAVAILABLE');
      await ask();
      clock.advance(noteEvery + 1 * minutes);
    }
    assert.equal(recording.events().length, 2);
  });

  test('does not wait for the note, and many uses while it is written ask for nothing more', async () => {
    const { ask, record } = aProcess([old], ['old']);
    let writes = 0;
    const written = Promise.withResolvers<void>();
    record.noteUse = () => {
      writes += 1;
      return written.promise;
    };
    for (let times = 0; times < 50; times += 1) assert.equal(await ask(), 'old');
    assert.equal(writes, 1);
    written.resolve();
    await ask();
    assert.equal(writes, 1);
  });

  test('is not failed by a note that fails at once', async () => {
    const { ask, record } = aProcess([old], ['old']);
    record.noteUse = () => {
      throw new TypeError('no table');
    };
    assert.equal(await ask(), 'old');
  });
});
