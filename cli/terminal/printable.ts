/** What may reach a terminal: what others wrote could otherwise move its cursor, rename its window or hide a line. */

/** Control characters (C0 without line feed and tab, DEL, C1), and those that turn the direction of writing around. */
const unwelcome = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The colours of style.ts, to be left as they are. Others would conceal what follows. */
const ours = /(\x1b\[(?:1|2|22|31|32|33|39)m)/;

export function printable(text: string): string {
  return text
    .split(ours)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/\r\n/g, '\n').replaceAll(unwelcome, '\ufffd')))
    .join('');
}

/** JSON escapes what is below the space by itself; the rest is escaped likewise, and means the same to a parser. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
