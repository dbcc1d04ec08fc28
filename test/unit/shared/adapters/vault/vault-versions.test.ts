import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Flaw,
  type ListedVersion,
  type Times,
  VaultVersions,
} from '../../../../../shared/adapters/vault/vault-versions.ts';
import { hours, minutes, seconds } from '../../../../../shared/clock.ts';
import { noon, settableClock } from '../../../../support/clock.ts';
import { anError } from '../../../../support/failing.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { recordingLog } from '../../../../support/recording-log.ts';

interface Opened extends Times {
  readonly of: string;
}

/** @param created hours before noon. */
const listed = (version: string, created: number, more: Partial<ListedVersion> = {}): ListedVersion => ({
  version,
  enabled: true,
  createdOn: new Date(noon - created * hours),
  ...more,
});

function versionsOf(...list: ListedVersion[]) {
  const clock = settableClock();
  const recorded = recordingLog();
  const vault = {
    list,
    lists: 0,
    opens: [] as string[],
    failure: undefined as Error | undefined,
    contents: new Map<string, Opened | Flaw | Error>(),
  };
  const versions = new VaultVersions<Opened>({
    what: 'secret',
    name: 'mail',
    setting: 'TENANTPOST_CLIENT_SECRET_NAME',
    remedy: 'Make another.',
    async *list() {
      vault.lists += 1;
      await Promise.resolve();
      if (vault.failure !== undefined) throw vault.failure;
      yield* vault.list;
    },
    async open(version) {
      vault.opens.push(version);
      await Promise.resolve();
      const content = vault.contents.get(version) ?? { of: version };
      if (content instanceof Error) throw content;
      return content;
    },
    refreshSeconds: 600,
    now: clock.now,
    log: recorded.log,
  });
  const usable = async (): Promise<string[]> => (await versions.usable()).map(({ version }) => version);
  return { clock, vault, versions, usable, recorded };
}

const withStatus = (statusCode: number): Error => Object.assign(new Error('x'), { statusCode });
const later = (milliseconds: number): Date => new Date(noon + milliseconds);

describe('the order', () => {
  test('is newest first, whatever the vault lists first', async () => {
    const { usable } = versionsOf(listed('b', 2), listed('c', 1), listed('a', 3));
    assert.deepEqual(await usable(), ['c', 'b', 'a']);
  });

  test('of versions made within one second is by what starts and ends later, and at last by name', async () => {
    const start = (hour: number) => ({ notBefore: later(-hour * hours) });
    const { usable, vault } = versionsOf(
      listed('a', 1, start(3)),
      listed('b', 1, start(2)),
      listed('d', 1, { ...start(1), expiresOn: later(2 * hours) }),
      listed('c', 1, { ...start(1), expiresOn: later(3 * hours) }),
    );
    const order = await usable();
    assert.deepEqual(order, ['c', 'd', 'b', 'a']);
    assert.deepEqual(await versionsOf(...vault.list.toReversed()).usable(), order);
    const same = [listed('y', 1), listed('x', 1)];
    assert.deepEqual(await versionsOf(...same).usable(), await versionsOf(...same.toReversed()).usable());
  });

  test('has four at most, and no older one is opened', async () => {
    const { usable, vault } = versionsOf(...['f', 'e', 'd', 'c', 'b', 'a'].map((name, place) => listed(name, place)));
    assert.deepEqual(await usable(), ['f', 'e', 'd', 'c']);
    assert.deepEqual(vault.opens, ['f', 'e', 'd', 'c']);
  });
});

describe('a version is passed over', () => {
  const unfit: Record<string, Partial<ListedVersion>> = {
    'that is disabled': { enabled: false },
    'that has expired': { expiresOn: later(0) },
    'that starts later': { notBefore: later(1) },
  };
  for (const [why, more] of Object.entries(unfit)) {
    test(`${why}, though it is the newest`, async () => {
      const { usable } = versionsOf(listed('new', 1, more), listed('old', 2));
      assert.deepEqual(await usable(), ['old']);
    });
  }

  test('that holds something of no use; the log says which and why, once', async () => {
    const { usable, vault, recorded, clock } = versionsOf(listed('new', 1), listed('old', 2));
    vault.contents.set('new', { problem: 'is empty', remedy: 'Fill it.' });
    assert.deepEqual(await usable(), ['old']);
    clock.advance(11 * minutes);
    assert.deepEqual(await usable(), ['old']);
    const detail = { credential: 'secret', version: 'new', problem: 'is empty' };
    assert.deepEqual(recorded.lines, [{ level: 'warning', event: 'credential.version-unusable', detail }]);
    // It may have been mended, so it was looked at again; what is good never is.
    assert.deepEqual(vault.opens, ['new', 'old', 'new']);
  });

  test('whose own times are narrower than the vault’s', async () => {
    const { usable, vault, versions } = versionsOf(listed('c', 1), listed('b', 2), listed('a', 3));
    vault.contents.set('c', { of: 'c', startsAt: noon + 1 });
    vault.contents.set('b', { of: 'b', expiresAt: noon });
    vault.contents.set('a', { of: 'a', expiresAt: noon + 5 });
    assert.deepEqual(await usable(), ['a']);
    assert.equal((await versions.usable())[0]?.expiresAt, noon + 5);
  });
});

describe('in time, without another reading', () => {
  test('a version that starts later is there', async () => {
    const { usable, clock, vault } = versionsOf(listed('new', 1, { notBefore: later(30 * seconds) }), listed('old', 2));
    assert.deepEqual(await usable(), ['old']);
    clock.advance(30 * seconds);
    assert.deepEqual(await usable(), ['new', 'old']);
    assert.equal(vault.lists, 1);
  });

  test('a version that expires is gone', async () => {
    const { usable, clock } = versionsOf(listed('new', 1, { expiresOn: later(30 * seconds) }), listed('old', 2));
    assert.deepEqual(await usable(), ['new', 'old']);
    clock.advance(30 * seconds);
    assert.deepEqual(await usable(), ['old']);
  });
});

describe('at the next reading', () => {
  test('a new version is there, and what is known already is not opened again', async () => {
    const { usable, clock, vault } = versionsOf(listed('old', 2));
    await usable();
    vault.list = [...vault.list, listed('new', 1)];
    clock.advance(10 * minutes);
    assert.deepEqual(await usable(), ['new', 'old']);
    assert.deepEqual(vault.opens, ['old', 'new']);
  });

  test('a version that was disabled is gone, and what it held is not kept', async () => {
    const { usable, clock, vault } = versionsOf(listed('new', 1), listed('old', 2));
    await usable();
    vault.list = [listed('new', 1, { enabled: false }), listed('old', 2)];
    clock.advance(10 * minutes);
    assert.deepEqual(await usable(), ['old']);
    vault.list = [listed('new', 1), listed('old', 2)];
    clock.advance(10 * minutes);
    assert.deepEqual(await usable(), ['new', 'old']);
    assert.deepEqual(vault.opens, ['new', 'old', 'new']);
  });

  test('a vault that is away changes nothing, and the log says so', async () => {
    const { usable, clock, vault, recorded } = versionsOf(listed('old', 2));
    await usable();
    vault.failure = withStatus(503);
    clock.advance(60 * minutes);
    assert.deepEqual(await usable(), ['old']);
    const detail = { credential: 'secret', code: 'VAULT_UNAVAILABLE' };
    assert.deepEqual(recorded.lines, [{ level: 'warning', event: 'credential.refresh-failed', detail }]);
  });

  test('a new version that cannot be read yet does not take the old one away', async () => {
    const { usable, clock, vault, recorded } = versionsOf(listed('old', 2));
    await usable();
    vault.list = [listed('new', 1), ...vault.list];
    vault.contents.set('new', anError('VAULT_UNAVAILABLE'));
    clock.advance(10 * minutes);
    assert.deepEqual(await usable(), ['old']);
    assert.deepEqual(recorded.events(), ['credential.version-unread']);
    vault.contents.delete('new');
    clock.advance(10 * minutes);
    assert.deepEqual(await usable(), ['new', 'old']);
  });
});

describe('when no version can prove the app, it is said of the newest why, and what to do', () => {
  const subject = 'TENANTPOST_CLIENT_SECRET_NAME: secret mail';
  const none = `${subject} has no version that can prove the app. The newest (new)`;
  const cases: Record<string, { list: ListedVersion[]; message: string }> = {
    'none is there': { list: [], message: `${subject} is not in the vault. Make it there, or correct the setting.` },
    'it is disabled': {
      list: [listed('new', 1, { enabled: false }), listed('old', 2, { enabled: false })],
      message: `${none} is disabled. Enable it, or make a new version.`,
    },
    'it has expired': {
      list: [listed('new', 1, { expiresOn: later(-1000) })],
      message: `${none} expired at 2026-11-22T11:59:59.000Z. Make another.`,
    },
    'it starts later': {
      list: [listed('new', 1, { notBefore: later(1000) }), listed('old', 2, { enabled: false })],
      message: `${none} is not valid before 2026-11-22T12:00:01.000Z. Make another.`,
    },
    'it is of no use': { list: [listed('new', 1)], message: `${none} is empty. Fill it.` },
  };
  for (const [why, { list, message }] of Object.entries(cases)) {
    test(why, async () => {
      const { usable, vault } = versionsOf(...list);
      if (why === 'it is of no use') vault.contents.set('new', { problem: 'is empty', remedy: 'Fill it.' });
      const error = await failureOf(usable());
      assert.deepEqual([error.code, error.message], ['CREDENTIAL_UNUSABLE', message]);
      assert.equal(error.detail['setting'], 'TENANTPOST_CLIENT_SECRET_NAME');
    });
  }

  test('but where the only good one could not be read, that is what is said', async () => {
    const { usable, vault } = versionsOf(listed('new', 1), listed('old', 2));
    vault.contents.set('new', { problem: 'is empty', remedy: 'Fill it.' });
    vault.contents.set('old', anError('VAULT_UNAVAILABLE'));
    assert.equal((await failureOf(usable())).code, 'VAULT_UNAVAILABLE');
  });
});

test('a refusal of the vault is VAULT_REFUSED', async () => {
  const { usable, vault } = versionsOf(listed('new', 1));
  vault.failure = withStatus(403);
  const { code, message } = await failureOf(usable());
  assert.deepEqual([code, message], ['VAULT_REFUSED', 'Key Vault failed to list the versions of secret mail.']);
});
