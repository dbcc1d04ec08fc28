/** Chromium for one test file, and pages in it that remember whatever went wrong. */

import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { z } from 'zod';

/** Where chromium is, if it is on the PATH. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'chromium')).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @throws saying what to install where there is none. */
export function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no chromium on the PATH: apt-get install chromium');
  // Chromium refuses to run as root inside of its sandbox, and containers often know no other user.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

export interface OpenPage {
  page: Page;
  /** What the browser complained of: errors of the console, of scripts, and of the content security policy. */
  complaints: string[];
}

export interface OpenOptions {
  width?: number;
  colorScheme?: 'light' | 'dark';
}

/** A page in a profile of its own. The cloud's own certificate is taken as it is. */
export async function openPage(browser: Browser, options: OpenOptions = {}): Promise<OpenPage> {
  const { width = 1280, colorScheme = 'light' } = options;
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme,
    ignoreHTTPSErrors: true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI))`,
  );
  return { page, complaints };
}

const audit = readFileSync(new URL('audit.js', import.meta.url), 'utf8');

/** What keeps some people from using the page as it is now. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  return z.array(z.string()).parse(await page.evaluate(audit));
}

/** By how many pixels the page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return z.number().parse(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
}
