/** What reaches the terminal: colours where there is somebody to see them, and nothing that moves the cursor. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CommandError } from '../../../cli/failure.ts';
import { columns, fields } from '../../../cli/terminal/columns.ts';
import { printable, printableJson } from '../../../cli/terminal/printable.ts';
import { Progress } from '../../../cli/terminal/progress.ts';
import { sparkline } from '../../../cli/terminal/sparkline.ts';
import { styleFor } from '../../../cli/terminal/style.ts';
import { Terminal } from '../../../cli/terminal/terminal.ts';

const written = (isTTY: boolean, columnsOf?: number) => {
  const parts: string[] = [];
  return {
    isTTY,
    ...(columnsOf !== undefined && { columns: columnsOf }),
    write: (text: string) => parts.push(text),
    parts,
  };
};

describe('colours', () => {
  const environment = { TERM: 'xterm' };
  const red = (circumstances: Partial<Parameters<typeof styleFor>[0]>): string =>
    styleFor({ isTerminal: true, wanted: true, environment, ...circumstances }).bad('x');

  test('are on a terminal', () => assert.equal(red({}), '\x1b[31mx\x1b[39m'));

  for (const [what, circumstances] of [
    ['where output goes to a file', { isTerminal: false }],
    ['after --no-color', { wanted: false }],
    ['with NO_COLOR', { environment: { ...environment, NO_COLOR: '1' } }],
    ['on a dumb terminal', { environment: { TERM: 'dumb' } }],
  ] as const) {
    test(`are not ${what}`, () => assert.equal(red(circumstances), 'x'));
  }

  test('are on with an empty NO_COLOR, as no-color.org says', () => {
    assert.match(red({ environment: { ...environment, NO_COLOR: '' } }), /\x1b/);
  });
});

describe('text of others', () => {
  test('loses control characters and those that turn writing around, and keeps our colours', () => {
    assert.equal(printable('a\x1b[2Jb\x9bc\u202ed\x07\n\te\r\nf'), 'a\ufffd[2Jb\ufffdc\ufffdd\ufffd\n\te\nf');
    assert.equal(printable('\x1b[31mred\x1b[39m'), '\x1b[31mred\x1b[39m');
    assert.equal(printable('\x1b[31;5mx'), '\ufffd[31;5mx');
    // Conceals, blinks, black on black.
    assert.equal(printable('\x1b[8ma\x1b[5mb\x1b[30m\x1b[40mc'), '\ufffd[8ma\ufffd[5mb\ufffd[30m\ufffd[40mc');
  });

  test('is escaped in JSON, and means the same', () => {
    const text = 'a\x1b\x9b\u202eb';
    assert.doesNotMatch(printableJson({ text }), /[\x1b\x9b\u202e]/);
    assert.deepEqual(JSON.parse(printableJson({ text })), { text });
  });
});

describe('columns', () => {
  test('stand under each other, whatever colours are in them', () => {
    const { good } = styleFor({ isTerminal: true, wanted: true, environment: {} });
    assert.equal(
      columns([
        [good('ab'), 'c'],
        ['abcd', 'e'],
      ]),
      `${good('ab')}    c\nabcd  e`,
    );
  });

  test('of names leave out what has no value', () => {
    assert.equal(
      fields([
        ['a', '1'],
        ['bcd', undefined],
        ['ef', '2'],
      ]),
      '  a   1\n  ef  2',
    );
    assert.equal(fields([['a', undefined]]), '');
  });
});

test('a row of bars has the highest for the most, and the lowest for nought alone', () => {
  assert.equal(sparkline([0, 1, 1000, 500]), '▁▂█▅');
  assert.equal(sparkline([0, 0]), '▁▁');
});

describe('progress', () => {
  test('is one line on a terminal, cut to its width, and gone at the end', () => {
    const stream = written(true, 10);
    const progress = new Progress(stream);
    progress.show('a long sentence');
    progress.show('short');
    progress.end();
    assert.deepEqual(stream.parts, ['\r\x1b[Ka long s…', '\r\x1b[Kshort', '\r\x1b[K']);
  });

  test('says nothing in a log of what is soon over', () => {
    const stream = written(false);
    const progress = new Progress(stream);
    progress.show('x');
    progress.end();
    assert.deepEqual(stream.parts, []);
  });
});

describe('a terminal', () => {
  const terminalWith = (json: boolean) => {
    const [stdout, stderr] = [written(false), written(false)];
    const { signal } = new AbortController();
    return { terminal: new Terminal({ json, color: true, signal, stdout, stderr, environment: {} }), stdout, stderr };
  };

  test('prints a failure with code, field, remedy and owner on stderr', () => {
    const { terminal, stdout, stderr } = terminalWith(false);
    terminal.failure(
      new CommandError(2, { message: 'No.', code: 'X', field: '/a', expected: 'b', remedy: 'Do.', owner: 'operator' }),
    );
    assert.deepEqual(stdout.parts, []);
    assert.equal(
      stderr.parts.join(''),
      'X: No.\n  field     /a: expected b\n  remedy    Do.\n  by whom   the operator\n',
    );
  });

  test('has one JSON document on stdout with --json, of a failure too', () => {
    const { terminal, stdout } = terminalWith(true);
    terminal.failure(new CommandError(3, { message: 'No.', code: 'X' }));
    assert.deepEqual(JSON.parse(stdout.parts.join('')), { error: { message: 'No.', code: 'X', exitCode: 3 } });
  });

  test('says what Ctrl-C leaves behind', () => {
    const { terminal, stderr } = terminalWith(false);
    terminal.ifStopped('Nothing.');
    assert.equal(terminal.stopped(130), 130);
    assert.equal(stderr.parts.join(''), 'Stopped. Nothing.\n');
  });
});
