/** The mail jobs of the demo, as a producer writes them, and what should become of each. */

import { customers } from './cloud/seed.ts';

interface DemoJob {
  readonly what: string;
  readonly id: string;
  readonly transport: 'graph' | 'smtp';
  /** The queue message: JSON text, or base64 of it. */
  readonly message: string;
  readonly subject: string;
  readonly outcome: 'sent' | 'refused';
  readonly code?: string;
  /** How many mailboxes hold it in the end: one for each recipient, and the sender's Sent Items. */
  readonly copies: number;
}

/** A red dot of 24 by 24 pixels, as PNG. */
const image = [
  'iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAYAAADgdz34AAAAqklEQVR42r2VTQ3AIAxGEYADbhMwHzhACg6QUAnImQ5UsB5KQsh+',
  'MsbXw7ssXR8UaM2x7QbJW4BlPBMZYrJA8s1LzJQgSLLC1BuKxIQvAsekl8RXoiT/PgqcbL9OQqNkFKQfyRvpThA+luWpXGEUWDms',
  'uojcblcT+EWr73fhe0FcmLwRewEBBNQLMkCQVQXwEsEPGX5N4Q8N3ipUmp1Ku4YPHJWRqTb0l3ACfq3u/mcW/7UAAAAASUVORK5C',
  'YII=',
].join('');

const { contoso, fabrikam, northwind } = customers;

const plainText = {
  version: 1,
  id: 'demo-plain-text',
  tenant: contoso.id,
  from: `post@${contoso.domain}`,
  to: ['ada@customer.example'],
  subject: 'Your order has left',
  text: 'Dear Ada,\n\nyour order 4711 left our house today.\n\nContoso',
};

const htmlWithFiles = {
  version: 1,
  id: 'demo-html',
  tenant: contoso.id,
  from: `post@${contoso.domain}`,
  to: [{ address: 'ada@customer.example', name: 'Ada Lovelace' }],
  replyTo: [`anna@${contoso.domain}`],
  subject: 'Your invoice',
  html: '<h1>Invoice 4711</h1><p>Thank you, <b>Ada</b> <img src="cid:dot@contoso" alt="a red dot"></p>',
  attachments: [
    {
      name: 'invoice-4711.txt',
      contentType: 'text/plain',
      content: Buffer.from('Invoice 4711: 3 pounds').toString('base64'),
    },
    { name: 'dot.png', contentType: 'image/png', content: image, contentId: 'dot@contoso' },
  ],
};

const manyScripts = {
  version: 1,
  id: 'demo-scripts',
  tenant: fabrikam.id,
  from: `post@${fabrikam.domain}`,
  to: [{ address: `anna@${fabrikam.domain}`, name: 'Анна Ковалёва' }],
  cc: [{ address: 'sora@customer.example', name: '高橋 空' }],
  bcc: [{ address: 'noor@customer.example', name: 'نور الهدى' }],
  subject: 'Привет — こんにちは — مرحبا — 🌍',
  text: 'Zażółć gęślą jaźń. 你好。 שלום. ✓',
};

const overSmtp = {
  version: 1,
  id: 'demo-smtp',
  tenant: contoso.id,
  from: `post@${contoso.domain}`,
  to: ['ada@customer.example'],
  subject: 'Over SMTP: text beside HTML, and one click to unsubscribe',
  text: 'The winter catalogue is here.',
  html: '<p>The <b>winter catalogue</b> is here.</p>',
  headers: [{ name: 'X-Campaign', value: 'winter' }],
  listUnsubscribe: { url: 'https://news.contoso.example/unsubscribe?id=4711', oneClick: true },
};

const withoutConsent = {
  version: 1,
  id: 'demo-no-consent',
  tenant: northwind.id,
  from: `post@${northwind.domain}`,
  to: ['ada@customer.example'],
  subject: 'This must not leave',
  text: 'The tenant never consented.',
};

const malformed = {
  ...plainText,
  id: 'demo-malformed',
  subject: 'This must not leave either',
  recipients: ['ada@customer.example'],
};

export const demoJobs: readonly DemoJob[] = [
  {
    what: 'plain text, queued as JSON',
    id: plainText.id,
    transport: 'graph',
    message: JSON.stringify(plainText),
    subject: plainText.subject,
    outcome: 'sent',
    copies: 2,
  },
  {
    what: 'HTML, attachment, inline image, queued as base64',
    id: htmlWithFiles.id,
    transport: 'graph',
    message: Buffer.from(JSON.stringify(htmlWithFiles)).toString('base64'),
    subject: htmlWithFiles.subject,
    outcome: 'sent',
    copies: 2,
  },
  {
    what: 'names and subject in many scripts, cc and bcc',
    id: manyScripts.id,
    transport: 'graph',
    message: JSON.stringify(manyScripts),
    subject: manyScripts.subject,
    outcome: 'sent',
    copies: 4,
  },
  {
    what: 'text beside HTML, unsubscribing by one click, over SMTP',
    id: overSmtp.id,
    transport: 'smtp',
    message: JSON.stringify(overSmtp),
    subject: overSmtp.subject,
    outcome: 'sent',
    copies: 2,
  },
  {
    what: 'for the tenant without consent',
    id: withoutConsent.id,
    transport: 'graph',
    message: JSON.stringify(withoutConsent),
    subject: withoutConsent.subject,
    outcome: 'refused',
    code: 'TENANT_NOT_CONSENTED',
    copies: 0,
  },
  {
    what: 'malformed: a field that does not exist',
    id: malformed.id,
    transport: 'graph',
    message: JSON.stringify(malformed),
    subject: malformed.subject,
    outcome: 'refused',
    code: 'JOB_INVALID',
    copies: 0,
  },
];
