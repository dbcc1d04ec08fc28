import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes } from '../../../../../shared/clock.ts';
import {
  Retention,
  type RetentionPart,
  type RowAges,
  type Sweep,
} from '../../../../../shared/mail/operating/retention.ts';
import { noon, settableClock } from '../../../../support/clock.ts';
import { anError } from '../../../../support/failing.ts';
import { recordingLog } from '../../../../support/recording-log.ts';

const day = 24 * hours;

function aRetention() {
  const clock = settableClock();
  const { log, lines } = recordingLog();
  const positions = new Map<RetentionPart, string>();
  const seen: [RetentionPart, RowAges | number, string | undefined][] = [];
  const last: Sweep = { removed: 0, failed: 0 };
  const parts = {
    rows: (_position: string | undefined): Sweep => last,
    content: (_position: string | undefined): Sweep => last,
    write: (part: RetentionPart, position: string | undefined): void => {
      if (position === undefined) positions.delete(part);
      else positions.set(part, position);
    },
  };
  const later = <T>(make: () => T): Promise<T> => Promise.resolve().then(make);
  const retention = new Retention({
    rows: {
      sweep: (ages, position) => {
        seen.push(['rows', ages, position]);
        return later(() => parts.rows(position));
      },
    },
    content: {
      sweep: (before, position) => {
        seen.push(['content', before, position]);
        return later(() => parts.content(position));
      },
    },
    positions: {
      read: (part) => Promise.resolve(positions.get(part)),
      write: (part, position) => later(() => parts.write(part, position)),
    },
    retentionDays: 30,
    now: clock.now,
    log,
  });
  return { retention, parts, positions, seen, lines, clock };
}

test('a run removes what ended before the retention time, gates idle for two days, and content as old', async () => {
  const { retention, seen } = aRetention();
  await retention.run();
  assert.deepEqual(seen, [
    ['rows', { endedBefore: noon - 30 * day, gatesIdleSince: noon - 2 * day }, undefined],
    ['content', noon - 30 * day, undefined],
  ]);
});

test('a run goes on page by page to the end, and logs how much it removed', async () => {
  const { retention, parts, positions, lines } = aRetention();
  const next: Record<string, string | undefined> = { start: '1', '1': '2', '2': undefined };
  parts.rows = (position = 'start') => ({ removed: 10, failed: 0, position: next[position] });
  await retention.run();
  assert.deepEqual(lines[0], {
    level: 'information',
    event: 'retention.done',
    detail: { part: 'rows', removed: 30, failed: 0, pages: 3, left: false },
  });
  assert.equal(positions.size, 0);
});

test('a run that has used its time leaves off, and the next one goes on where it stopped', async () => {
  const { retention, parts, positions, lines, clock, seen } = aRetention();
  parts.rows = (position = '0') => {
    clock.advance(1 * minutes);
    return { removed: 1, failed: 0, position: String(Number(position) + 1) };
  };
  await retention.run();
  assert.equal(positions.get('rows'), '2');
  assert.equal(lines[0]?.detail['left'], true);
  assert.equal(seen.filter(([part]) => part === 'content').length, 1, 'the other part has its own time');
  seen.length = 0;
  await retention.run();
  assert.equal(seen[0]?.[2], '2');
});

describe('a failure', () => {
  test('of one part does not stop the other', async () => {
    const { retention, parts, lines } = aRetention();
    parts.rows = () => {
      throw anError('STORAGE_UNAVAILABLE', { detail: { status: 503 } });
    };
    parts.content = () => ({ removed: 7, failed: 0 });
    await retention.run();
    assert.deepEqual(
      lines.map(({ level, event, detail }) => [level, event, detail['part'], detail['code'], detail['removed']]),
      [
        ['error', 'retention.failed', 'rows', 'STORAGE_UNAVAILABLE', 0],
        ['information', 'retention.done', 'content', undefined, 7],
      ],
    );
  });

  test('of a single row is a warning with its count', async () => {
    const { retention, parts, lines } = aRetention();
    parts.rows = () => ({ removed: 1, failed: 2 });
    await retention.run();
    assert.deepEqual([lines[0]?.level, lines[0]?.detail['failed']], ['warning', 2]);
  });

  test('of a page keeps the position that was reached', async () => {
    const { retention, parts, positions } = aRetention();
    parts.rows = (position) => {
      if (position === '1') throw anError('STORAGE_UNAVAILABLE');
      return { removed: 1, failed: 0, position: '1' };
    };
    await retention.run();
    assert.equal(positions.get('rows'), '1');
  });

  test('at a position that the service takes no more begins anew', async () => {
    const { retention, parts, positions } = aRetention();
    positions.set('rows', 'old');
    parts.rows = () => {
      throw anError('STORAGE_UNAVAILABLE');
    };
    await retention.run();
    assert.equal(positions.has('rows'), false);
  });

  test('to keep the position is logged, and the run ends well', async () => {
    const { retention, parts, lines } = aRetention();
    parts.write = () => {
      throw anError('STORAGE_UNAVAILABLE');
    };
    await retention.run();
    assert.equal(lines.filter(({ event }) => event === 'retention.failed').length, 2);
  });
});
