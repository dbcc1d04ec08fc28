/** Values of the outside in PowerShell: strings in single quotes, in which nothing but a quote has a meaning. */

/**
 * PowerShell takes the typographic quotes of word processors for quotes, and two in a row for one of them:
 * https://learn.microsoft.com/powershell/scripting/lang-spec/chapter-02#2352-string-literals
 *
 * @throws Error for what has a line break or another character that cannot be seen: what asks has let it through by mistake.
 */
export function quoted(text: string): string {
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) throw new Error('A value for PowerShell has a control character.');
  return `'${text.replaceAll(/['\u2018-\u201b]/g, '$&$&')}'`;
}

/** Comparisons for the filter of a management scope, which has single quotes of its own: it is quoted once more as a whole. */
export function anyOf(property: string, values: readonly string[]): string {
  return quoted(values.map((value) => `${property} -eq '${value.replaceAll("'", "''")}'`).join(' -or '));
}
