import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'node-html-parser';
import { chart } from '../../../../../shared/host/console/chart.ts';
import { noon } from '../../../../support/clock.ts';

const slicesOf = (counts: readonly number[]) =>
  counts.map((count, at) => ({ from: new Date(noon + at * 300_000).toISOString(), count }));

const drawn = async (counts: readonly number[]) =>
  parse(String(await chart({ id: 'hour', title: 'The last hour', slices: slicesOf(counts), grain: '5 minutes' })));

test('a column is as tall as its count beside the most, and little is more than nothing', async () => {
  const document = await drawn([0, 1, 500, 1000]);
  const tall = document.querySelectorAll('rect').map((column) => Number(column.getAttribute('height')));
  assert.deepEqual(tall, [0, 2, 50, 100]);
});

test('the picture says in words what is in it, and the numbers stand in a table', async () => {
  const document = await drawn([3, 0, 12]);
  const label = document.querySelector('svg')?.getAttribute('aria-label') ?? '';
  assert.match(label, /^The last hour: 15 in all, at most 12 in 5 minutes\./);
  assert.deepEqual(
    document.querySelectorAll('tbody tr').map((row) => row.structuredText.split(/\s+/)),
    [
      ['12:00', '3'],
      ['12:05', '0'],
      ['12:10', '12'],
    ],
  );
});

test('where nothing was sent nothing is drawn, and no number is none', async () => {
  const document = await drawn([0, 0]);
  assert.doesNotMatch(document.toString(), /NaN|Infinity/);
  assert.match(document.querySelector('figcaption')?.text ?? '', /none/);
});
