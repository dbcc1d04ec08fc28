/** What the administrator's browser shows when it comes back: nothing that was in its address is believed or left unescaped. */

import type { ConsentAnswer, Refused } from './consent-answer.ts';

interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const style =
  'body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:10vh auto;padding:0 1.5rem;color-scheme:light dark}dt{font-weight:600}dd{margin:0 0 1rem;overflow-wrap:anywhere}';

/** No script, no request to anywhere, no frame around it, and no copy of the address, which holds the state. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  connection: 'close',
};

export function answerPage({ tenant, error, errorDescription }: ConsentAnswer): Page {
  if (error === null) {
    return page(200, 'Thank you', [
      ['What happened', 'Microsoft says that consent was given. The command in the terminal goes on by itself.'],
      ['Tenant', tenant ?? ''],
      ['What to do', 'Nothing more: close this window.'],
    ]);
  }
  return page(200, 'Consent was not given', [
    ['Error', error],
    ['Microsoft says', errorDescription ?? 'nothing more'],
    ['What to do', 'Close this window. The terminal says what may help.'],
  ]);
}

const reasons: Readonly<Record<Refused, string>> = {
  'no-answer': 'This address waits for the answer of Microsoft’s consent page. Begin with the link in the terminal.',
  'other-state': 'This answer does not belong to the consent that was begun in the terminal, and was not used.',
  'no-tenant': 'This answer names no tenant, so it does not come from Microsoft, and was not used.',
};

export const refusedPage = (why: Refused): Page => page(400, 'This is not the answer', [['Why', reasons[why]]]);

export const otherPage = (status: 404 | 405): Page => page(status, 'There is nothing here', []);

function page(status: number, title: string, facts: readonly (readonly [string, string])[]): Page {
  const list = facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('');
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head><body><main><h1>${escaped(title)}</h1><dl>${list}</dl></main></body></html>`;
  return { status, headers, body };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.slice(0, 2000).replaceAll(/[&<>"']/g, (one) => entities[one] ?? one);
}
