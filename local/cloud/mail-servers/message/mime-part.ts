/** The parts of a message, with where in its bytes they lie (RFC 2045, RFC 2046): what sections and structures are made of. */

export interface MimePart {
  /** Fields as they are, folded lines unfolded, in their order. */
  headers: readonly (readonly [name: string, value: string])[];
  /** Of its header with the empty line, in the whole message. */
  headerRange: Range;
  bodyRange: Range;
  /** In small letters. */
  type: string;
  subtype: string;
  parameters: ReadonlyMap<string, string>;
  /** Of a multipart. */
  parts: readonly MimePart[];
  /** Of a message/rfc822. */
  message?: MimePart;
}

interface Range {
  from: number;
  to: number;
}

/** Deeper or more parts than any real message are shown as bytes. */
const DEEPEST_PART = 20;
const MOST_PARTS = 1000;

export function parseMime(raw: Buffer): MimePart {
  // One character for each byte, so that places in the text are places in the bytes.
  return parsePart(raw.toString('latin1'), { from: 0, to: raw.length }, 'text/plain', DEEPEST_PART);
}

function parsePart(text: string, range: Range, otherwise: string, depth: number): MimePart {
  const bodyFrom = endOfHeader(text, range);
  const headers = parseHeaders(text.slice(range.from, bodyFrom));
  const bodyRange = { from: bodyFrom, to: range.to };
  const { value, parameters } = parseParameters(headerOf({ headers }, 'content-type') ?? otherwise);
  const [, type = 'text', subtype = 'plain'] = /^([^\s/]+)\/([^\s/]+)$/.exec(value) ?? [];
  const part = {
    headers,
    headerRange: { from: range.from, to: bodyFrom },
    bodyRange,
    type,
    subtype,
    parameters,
    parts: [],
  };
  if (depth === 0) return part;
  if (type === 'message' && subtype === 'rfc822') {
    return { ...part, message: parsePart(text, bodyRange, 'text/plain', depth - 1) };
  }
  const boundary = parameters.get('boundary');
  if (type !== 'multipart' || boundary === undefined) return part;
  const inner = subtype === 'digest' ? 'message/rfc822' : 'text/plain';
  const parts = rangesOfParts(text, bodyRange, boundary).map((one) => parsePart(text, one, inner, depth - 1));
  return { ...part, parts };
}

/** After the empty line, or at the end where there is none. Looks no further than the part: there may be many of them. */
function endOfHeader(text: string, { from, to }: Range): number {
  const found = /^\r?\n|\r?\n\r?\n/.exec(text.slice(from, to));
  return found === null ? to : from + found.index + found[0].length;
}

function parseHeaders(text: string): [string, string][] {
  const fields = text.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/);
  return fields.flatMap((field) => {
    const colon = field.indexOf(':');
    return colon > 0 ? [[field.slice(0, colon).trim(), field.slice(colon + 1).trim()] satisfies [string, string]] : [];
  });
}

/** Between the delimiter lines; what stands before the first and after the closing one is nobody's. */
function rangesOfParts(text: string, { from, to }: Range, boundary: string): Range[] {
  const ranges: Range[] = [];
  let start: number | undefined;
  for (let at = from; at < to && ranges.length < MOST_PARTS;) {
    const end = text.indexOf('\n', at);
    const next = end < 0 || end >= to ? to : end + 1;
    const line = text.slice(at, next).trimEnd();
    const isClosing = line === `--${boundary}--`;
    if (isClosing || line === `--${boundary}`) {
      // The line break before a delimiter belongs to the delimiter.
      if (start !== undefined) ranges.push({ from: start, to: Math.max(start, beforeBreak(text, at)) });
      if (isClosing) return ranges;
      start = next;
    }
    at = next;
  }
  if (start !== undefined && start < to && ranges.length < MOST_PARTS) ranges.push({ from: start, to });
  return ranges;
}

function beforeBreak(text: string, at: number): number {
  if (text[at - 1] !== '\n') return at;
  return text[at - 2] === '\r' ? at - 2 : at - 1;
}

export interface Parameterized {
  /** In small letters. */
  value: string;
  parameters: Map<string, string>;
}

/** `attachment; filename="a b.txt"` */
export function parseParameters(text: string): Parameterized {
  const [value = ''] = text.split(';', 1);
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, bare] of text.matchAll(
    /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g,
  )) {
    parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
  }
  return { value: value.trim().toLowerCase(), parameters };
}

/** The first field of that name. */
export function headerOf({ headers }: Pick<MimePart, 'headers'>, name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name)?.[1];
}
