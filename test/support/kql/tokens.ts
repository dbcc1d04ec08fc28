/** The words of a Kusto query. */

export interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign';
  /** Of a text, what stands between its quotes. */
  readonly text: string;
}

/** A number may be a time: `15m`. */
const form = new RegExp(
  [
    String.raw`(?<space>\s+|\/\/.*)`,
    String.raw`'(?<single>[^'\\\n]*)'|"(?<double>[^"\\\n]*)"`,
    String.raw`(?<number>\d+(?:\.\d+)?[a-z]*)`,
    String.raw`(?<word>!?[A-Za-z_]\w*)`,
    String.raw`(?<sign>==|!=|<=|>=|[-+*/<>=(),.;|[\]])`,
  ].join('|'),
  'y',
);

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']' };

/** @param problems takes what is no token, and brackets that do not fit each other. */
export function tokensOf(query: string, problems: string[]): readonly Token[] {
  const tokens: Token[] = [];
  const open: string[] = [];
  form.lastIndex = 0;
  while (form.lastIndex < query.length) {
    const from = form.lastIndex;
    const { single, double, number, word, sign, space } = form.exec(query)?.groups ?? {};
    const inQuotes = single ?? double;
    if (inQuotes !== undefined) tokens.push({ kind: 'text', text: inQuotes });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (sign !== undefined) {
      tokens.push({ kind: 'sign', text: sign });
      const closes = closing[sign];
      if (closes !== undefined) open.push(closes);
      else if (Object.values(closing).includes(sign) && open.pop() !== sign) problems.push(`${sign} closes nothing`);
    } else if (space === undefined) {
      problems.push(`cannot be read: ${query.slice(from, from + 20)}`);
      return [];
    }
  }
  if (open.length > 0) problems.push(`not closed: ${open.join(' ')} is missing`);
  return tokens;
}

/** Parts between a sign that stands in no bracket. */
export function splitAt(tokens: readonly Token[], sign: string): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'sign' && '(['.includes(token.text)) depth += 1;
    else if (token.kind === 'sign' && ')]'.includes(token.text)) depth -= 1;
    if (depth === 0 && token.kind === 'sign' && token.text === sign) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
