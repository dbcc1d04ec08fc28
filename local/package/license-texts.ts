/** The licence of everything that the bundle holds, in the words of each package: most licences ask for just that. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BundledPackage, order } from './bundled-packages.ts';

/** Apache-2.0 section 4(d) asks for the notice as well, where there is one. */
const licenseFile = /^(?:licen[cs]e|copying|notice|copyright)/i;

/**
 * Published without the text that their package.json names. Each is looked at once, by name and version, and gets the text
 * of that licence with its author's name; the next version is looked at again.
 */
const withoutText = new Map([
  ['@nodable/entities@3.1.0', 'MIT'],
  ['proxy-agent-negotiate@1.1.0', 'MIT'],
]);

export const thirdPartyFile = 'THIRD-PARTY-LICENSES.txt';

/**
 * @param from the top of the repository, whose own LICENSE is MIT.
 * @throws naming every package that has no text.
 */
export function thirdPartyLicenses(packages: readonly BundledPackage[], from: string): string {
  const missing: string[] = [];
  const sections = packages.map((one) => {
    const text = licenseTextOf(one, from);
    if (text === undefined) missing.push(`${one.name}@${one.version} (${one.license})`);
    return `${heading(one)}\n\n${text ?? ''}\n`;
  });
  if (missing.length > 0) {
    throw new Error(
      `No licence text: ${missing.join(', ')}. Whoever passes the bundle on must pass on the text as well. ` +
        'Look for it at its source, and name the package in local/package/license-texts.ts if that has none either.',
    );
  }
  const rule = `${'='.repeat(80)}\n`;
  const head = `tenantpost holds code of ${packages.length} packages. Each is listed with its licence.\n\n`;
  return head + sections.map((section) => rule + section).join('\n');
}

function heading({ name, version, license, author }: BundledPackage): string {
  return `${name} ${version}\nLicence: ${license}${author === '' ? '' : `\nAuthor: ${author}`}`;
}

function licenseTextOf(one: BundledPackage, from: string): string | undefined {
  const folder = join(from, one.folder);
  const files = readdirSync(folder).filter((name) => licenseFile.test(name));
  if (files.length > 0) {
    return files
      .sort(order)
      .map((name) => tidy(readFileSync(join(folder, name), 'utf8')))
      .join('\n\n');
  }
  if (withoutText.get(`${one.name}@${one.version}`) !== one.license) return undefined;
  return `(The package has no licence file. Its package.json names this licence.)\n\nCopyright ${one.author}\n\n${mitTerms(from)}`;
}

/** The terms without anybody's copyright line. */
function mitTerms(from: string): string {
  const [, terms] =
    /^MIT License\n\nCopyright [^\n]+\n\n(.+)$/s.exec(tidy(readFileSync(join(from, 'LICENSE'), 'utf8'))) ?? [];
  if (terms === undefined)
    throw new Error('LICENSE is not the MIT licence any more: the terms have to come from elsewhere.');
  return terms;
}

/** The same on every machine, however git writes line ends there. */
export const tidy = (text: string): string =>
  text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .trim();
