/** The calls of a command in a shell script, read and not run: of POSIX sh and of PowerShell alike, to hold twins equal. */

/** What is not a command: comments that stand alone, and texts that are printed as they are (here-documents, here-strings). */
const texts = /^\s*#.*$|<<END\n[^]*?^END$|@"\n[^]*?^"@/gm;

/**
 * Each call with its arguments, quotes taken off and a `$` for each value that is put in; what stands in quotes is no call.
 * @param escape what takes the meaning from the character after it: a backslash, or in PowerShell a backtick.
 */
export function callsOf(command: string, script: string, escape: '\\' | '`'): string[] {
  const calls: string[] = [];
  let word: string | undefined;
  let words: string[] = [];
  let quote = '';
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    // `for tool in az ...` only speaks of it.
    const begin = words.includes('in') ? -1 : words.indexOf(command);
    const redirection = words.findIndex((one, index) => index > begin && /^\d*>/.test(one));
    // A call is all that follows, up to where its output goes.
    if (begin >= 0) calls.push(words.slice(begin, redirection < 0 ? undefined : redirection).join(' '));
    words = [];
  };
  const text = script.replaceAll(texts, '');
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (quote !== "'" && letter === escape) {
      word = (word ?? '') + text.charAt(++at);
    } else if (quote !== '') {
      if (letter === quote) quote = '';
      else word += letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/[;|&(){}\n]/.test(letter)) {
      endCommand();
    } else if (/\s/.test(letter)) {
      endWord();
    } else {
      word = (word ?? '') + letter;
    }
  }
  endCommand();
  return calls.map(withoutNames);
}

/** A `$` for each variable: their names differ from shell to shell. */
export const withoutNames = (text: string): string => text.replaceAll(/\$\{?(?:env:|script:)?\w+\}?/g, '$');
