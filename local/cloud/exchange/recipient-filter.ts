/**
 * Recipient filters as far as management scopes of applications need them: comparisons of a few properties, joined by
 * -and, -or, -not and parentheses. They are parsed into a tree; nothing of them is ever run as code.
 *
 * https://learn.microsoft.com/powershell/exchange/recipient-filters and, for the properties,
 * https://learn.microsoft.com/powershell/exchange/recipientfilter-properties.
 */

/** `column` is 1 for the first character of the filter. */
export class RecipientFilterError extends Error {
  override readonly name = 'RecipientFilterError';
  readonly column: number;

  constructor(message: string, column: number) {
    super(message);
    this.column = column;
  }
}

/** What a filter may ask of a recipient. Several values where it has several, such as the groups it is in. */
export type FilterProperties = Record<string, string[]>;

export type RecipientFilter =
  | { kind: 'and' | 'or'; of: RecipientFilter[] }
  | { kind: 'not'; of: RecipientFilter }
  | { kind: 'comparison'; property: string; operator: '-eq' | '-ne' | '-like' | '-notlike'; value: string };

const filterableProperties = [
  'MemberOfGroup',
  'PrimarySmtpAddress',
  'UserPrincipalName',
  'Alias',
  'DisplayName',
  'Department',
  ...Array.from({ length: 15 }, (_, index) => `CustomAttribute${index + 1}`),
];

const operators = ['-eq', '-ne', '-like', '-notlike'] as const;

type Token = { text: string; column: number; kind: 'word' | 'string' | 'end' };

/** Parentheses, quoted values with doubled quotes inside, `$null` and `$true` (known, so that they can be refused), words. */
const tokenPattern = /\s+|[()]|'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\s()'"]+|['"]/gy;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { 0: found, index } of text.matchAll(tokenPattern)) {
    if (/^\s/.test(found)) continue;
    const column = index + 1;
    const quote = found[0];
    if (found === "'" || found === '"')
      throw new RecipientFilterError(`The string starting with ${found} has no end.`, column);
    if (quote === "'" || quote === '"') {
      tokens.push({ kind: 'string', text: found.slice(1, -1).replaceAll(quote + quote, quote), column });
    } else tokens.push({ kind: 'word', text: found, column });
  }
  tokens.push({ kind: 'end', text: 'the end', column: text.length + 1 });
  return tokens;
}

/** @throws RecipientFilterError for what is no filter, and for what this cloud does not know of filters. */
export function parseRecipientFilter(text: string): RecipientFilter {
  return new FilterParser(tokenize(text)).parse();
}

export function isRecipientFilter(text: string): boolean {
  try {
    parseRecipientFilter(text);
    return true;
  } catch (error) {
    if (error instanceof RecipientFilterError) return false;
    throw error;
  }
}

/** No filter that somebody writes is nested deeper; without a limit one could exhaust the stack. */
const deepest = 100;

class FilterParser {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  parse(): RecipientFilter {
    const filter = this.#either();
    if (this.#next().kind !== 'end') throw this.#unexpected('-and, -or or the end');
    return filter;
  }

  #either(): RecipientFilter {
    return this.#joined('or', () => this.#both());
  }

  #both(): RecipientFilter {
    return this.#joined('and', () => this.#one());
  }

  #joined(kind: 'and' | 'or', read: () => RecipientFilter): RecipientFilter {
    const first = read();
    const of = [first];
    while (this.#take(`-${kind}`)) of.push(read());
    return of.length === 1 ? first : { kind, of };
  }

  #one(): RecipientFilter {
    if (this.#take('-not')) return { kind: 'not', of: this.#nested(() => this.#one()) };
    if (this.#take('(')) {
      const inner = this.#nested(() => this.#either());
      if (!this.#take(')')) throw this.#unexpected('a closing parenthesis');
      return inner;
    }
    return this.#comparison();
  }

  #nested(read: () => RecipientFilter): RecipientFilter {
    if (this.#depth === deepest) throw this.#unexpected(`an end of nesting after ${deepest} levels`);
    this.#depth += 1;
    const filter = read();
    this.#depth -= 1;
    return filter;
  }

  #comparison(): RecipientFilter {
    const named = this.#next();
    const property = filterableProperties.find((one) => one.toLowerCase() === named.text.toLowerCase());
    if (named.kind !== 'word' || property === undefined) {
      throw this.#unexpected(
        `one of the properties ${filterableProperties.slice(0, 6).join(', ')}, CustomAttribute1 to 15`,
      );
    }
    this.#at += 1;
    const compared = this.#next();
    const operator = operators.find((one) => one === compared.text.toLowerCase());
    if (compared.kind !== 'word' || operator === undefined) throw this.#unexpected(`one of ${operators.join(', ')}`);
    this.#at += 1;
    const { kind, text: value, column } = this.#next();
    if (kind !== 'string') throw this.#unexpected('a value in quotes');
    // https://learn.microsoft.com/powershell/exchange/recipient-filters: a leading wildcard works on premises only.
    if (operator.endsWith('like') && value.startsWith('*')) {
      throw new RecipientFilterError('A wildcard cannot be the first character of a value.', column);
    }
    this.#at += 1;
    return { kind: 'comparison', property, operator, value };
  }

  #next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error('A filter is never read past its end.');
    return token;
  }

  #take(word: string): boolean {
    const { kind, text } = this.#next();
    if (kind !== 'word' || text.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(expected: string): RecipientFilterError {
    const { text, column } = this.#next();
    return new RecipientFilterError(`Found ${text} where ${expected} was expected.`, column);
  }
}

/** Values are compared without regard to case. A property without a value is not equal to anything. */
export function matches(filter: RecipientFilter, recipient: FilterProperties): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.of.every((one) => matches(one, recipient));
    case 'or':
      return filter.of.some((one) => matches(one, recipient));
    case 'not':
      return !matches(filter.of, recipient);
    case 'comparison': {
      const { property, operator, value } = filter;
      const isWanted = operator.endsWith('like') ? isLike(value) : isEqual(value);
      const found = (recipient[property] ?? []).some(isWanted);
      return operator === '-ne' || operator === '-notlike' ? !found : found;
    }
  }
}

const isEqual =
  (value: string) =>
  (found: string): boolean =>
    found.toLowerCase() === value.toLowerCase();

/** Without regular expressions, which a hostile filter could make slow: pieces between wildcards, in order. */
const isLike =
  (pattern: string) =>
  (found: string): boolean => {
    const text = found.toLowerCase();
    const [head = '', ...rest] = pattern.toLowerCase().split('*');
    const tail = rest.pop();
    if (tail === undefined) return text === head;
    if (!text.startsWith(head)) return false;
    let at = head.length;
    for (const piece of rest) {
      const next = text.indexOf(piece, at);
      if (next < 0) return false;
      at = next + piece.length;
    }
    return text.length - tail.length >= at && text.endsWith(tail);
  };
