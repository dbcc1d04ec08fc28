/** Colours, where a person looks at a terminal that has them, and nowhere else. */

type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly warn: Paint;
  readonly bad: Paint;
}

/** SGR, ECMA-48 section 8.3.117: how it begins, and what takes back that alone. */
const paint =
  (begin: number, end: number): Paint =>
  (text) =>
    `\x1b[${begin}m${text}\x1b[${end}m`;

const plain: Paint = (text) => text;

export const colourless: Style = { bold: plain, dim: plain, good: plain, warn: plain, bad: plain };

const coloured: Style = {
  bold: paint(1, 22),
  dim: paint(2, 22),
  good: paint(32, 39),
  warn: paint(33, 39),
  bad: paint(31, 39),
};

interface Circumstances {
  readonly isTerminal: boolean;
  /** False after `--no-color`. */
  readonly wanted: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** NO_COLOR by https://no-color.org: set to anything but nothing. A terminal that calls itself dumb has none. */
export function styleFor({ isTerminal, wanted, environment }: Circumstances): Style {
  const noColor = environment['NO_COLOR'] ?? '';
  return isTerminal && wanted && noColor === '' && environment['TERM'] !== 'dumb' ? coloured : colourless;
}
