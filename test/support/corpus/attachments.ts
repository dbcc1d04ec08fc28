/** Attachments: names of every kind, contents that encodings get wrong, inline images, messages, and many or much of it. */

import { blob, file, octets, type Fields, type Specimen } from './specimen.ts';

const names: Readonly<Record<string, string>> = {
  'with spaces': 'my  invoice 2026.pdf',
  'with quotes': 'a "quoted" name.pdf',
  'with a backslash': 'C:\\temp\\file.pdf',
  'with slashes': '../../etc/passwd',
  'with signs of parameters': "a;b=c,d*0*=utf-8''x.pdf",
  'with percent signs': '100%25 %C3%BC.pdf',
  'without extension': 'README',
  'beginning with a dot': '.htaccess',
  'ending with a dot': 'name.',
  'of dots': '...',
  'of one space': ' ',
  'with two extensions': 'invoice.pdf.exe',
  'of 255 characters': `${'n'.repeat(251)}.pdf`,
  'of 255 characters beyond ASCII': `${'ü'.repeat(251)}.pdf`,
  'of emoji': '👨‍👩‍👧‍👦 🇩🇪.png',
  'in Japanese': '請求書（最終版）.pdf',
  'in Arabic': 'فاتورة رقم ١٢.pdf',
  'in Hebrew with digits': 'חשבונית 12.pdf',
  'in Thai': 'ใบแจ้งหนี้.pdf',
  decomposed: 'Mu\u0308nchen A\u030A.pdf',
  'with a right-to-left override': 'annex\u202Efdp.exe',
  'with HTML': '<img src=x onerror=alert(1)>.png',
  'with an apostrophe': "l'été.txt",
  'with umlauts': 'Übersicht März.pdf',
  reserved: 'CON',
};

const everyOctet = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));

const contents: Readonly<Record<string, Buffer>> = {
  'of no octet': Buffer.alloc(0),
  'of one octet': Buffer.from([0]),
  'of two octets': Buffer.from([255, 254]),
  'of every octet': everyOctet,
  'of line feeds': Buffer.from('\n\n\n'),
  'of text with line ends of all kinds': Buffer.from('a\nb\rc\r\nd\n\r'),
  'of text with trailing spaces and dots': Buffer.from('a \t\n.\n..\n \n.'),
  'of what ends a message': Buffer.from('\r\n.\r\nQUIT\r\n'),
  'of UTF-16': Buffer.from('\uFEFFGrüße', 'utf16le'),
  'of 56 octets, one line of base64 less one': octets(56),
  'of 57 octets, one line of base64': octets(57),
  'of 58 octets': octets(58),
  'of a line of 10,000 characters': Buffer.from('x'.repeat(10_000)),
};

const types = [
  'text/plain; charset=utf-8',
  'text/plain; charset=iso-8859-1',
  'text/html',
  'text/csv; header=present',
  'text/calendar; method=REQUEST',
  'application/json',
  'application/pkcs7-mime; smime-type=enveloped-data',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/octet-stream; name="another name.bin"',
  'image/svg+xml',
  'x-unknown/x-type',
  'TEXT/PLAIN',
];

const nested =
  'From: a@b.example\r\nSubject: =?UTF-8?Q?Nested_=C3=BC?=\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\n.\r\ntext\r\n--in\r\nContent-Type: message/rfc822\r\n\r\nSubject: deeper\r\n\r\nbottom\r\n--in--\r\n';

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const shownTwice =
  '<p><img src="cid:logo@contoso"><img src="cid:logo@contoso" alt="again"><a href="cid:logo@contoso">x</a></p>';

const longLine = file('mail.eml', 'message/rfc822', `Subject: x\r\n\r\n${'x'.repeat(1000)}\r\n`);

/** What MIME cannot hold, where Graph does without it and where it does not. */
function inJsonOnly(title: string, property: string, attachment: Fields): Specimen[] {
  const cannot = { code: 'TRANSPORT_CANNOT' as const, field: `/attachments/0/${property}` };
  return [
    { title, job: { attachments: [attachment] }, refused: { smtp: cannot } },
    {
      title: `${title}, beside both bodies`,
      job: { html: '<p>x', attachments: [attachment] },
      refused: { smtp: cannot, graph: cannot },
    },
  ];
}

export function attachments(): Specimen[] {
  const one = (attachment: Fields): Fields => ({ attachments: [attachment] });
  return [
    ...Object.entries(names).map(([title, name]) => ({
      title: `attachment name ${title}`,
      job: one(file(name, 'application/octet-stream', title)),
    })),
    ...Object.entries(contents).map(([title, content]) => ({
      title: `attachment ${title}`,
      job: { attachments: [file('a.bin', 'application/octet-stream', content), file('a.txt', 'text/plain', content)] },
    })),
    ...types.map((type) => ({ title: `attachment of type ${type}`, job: one(file('file', type, everyOctet)) })),
    {
      title: 'an inline image that the HTML shows three times',
      job: { text: undefined, html: shownTwice, attachments: [file('logo.png', 'image/png', png, 'logo@contoso')] },
    },
    {
      title: 'inline images beside both bodies and a file',
      job: {
        text: 'See the HTML',
        html: '<img src="cid:one"><img src="cid:two.2+x-y_z@contoso">',
        attachments: [
          file('one.png', 'image/png', png, 'one'),
          file('Zwei.png', 'image/png', octets(300), 'two.2+x-y_z@contoso'),
          file('file.pdf', 'application/pdf', '%PDF-1.7'),
        ],
      },
    },
    {
      title: 'an inline image that nothing shows',
      job: { text: 'No HTML', attachments: [file('logo.png', 'image/png', png, 'logo')] },
    },
    {
      title: 'an inline file that is no image',
      job: { html: '<a href="cid:doc">x</a>', attachments: [file('doc.pdf', 'application/pdf', '%PDF', 'doc')] },
    },
    {
      title: 'two files of one name',
      job: { attachments: [file('a.txt', 'text/plain', 'one'), file('a.txt', 'text/plain', 'two')] },
    },
    {
      title: '100 files',
      job: {
        attachments: Array.from({ length: 100 }, (_, at) =>
          file(`file ${at}.bin`, 'application/x-n', octets(at, at + 1)),
        ),
      },
    },
    { title: 'an attached message', job: one(file('mail.eml', 'message/rfc822', nested)) },
    {
      title: 'an attached message, beside both bodies',
      job: { html: '<p>x', ...one(file('mail.eml', 'message/rfc822', nested)) },
    },
    {
      title: 'an attached message with octets beyond ASCII and dots',
      job: one(file('mail.eml', 'message/rfc822', 'Subject: Grüße\r\n\r\n.\r\n..\r\n日本語\r\n')),
    },
    ...inJsonOnly('an attached message with a line of 1000 characters', 'content', longLine),
    {
      title: 'an attached delivery report',
      job: one(file('report', 'message/delivery-status', 'Reporting-MTA: dns; x.example\r\n\r\nAction: failed\r\n')),
    },
    ...inJsonOnly('a multipart as an attachment', 'contentType', file('parts', 'multipart/mixed', '--x--')),
    {
      title: 'a file of 25 MB',
      job: one({ name: 'large.bin', contentType: 'application/octet-stream', content: blob(octets(25 * 1024 * 1024)) }),
    },
    {
      title: 'a file of 5 MB of line feeds, beside both bodies and an inline image',
      // Too large for one request in MIME, and what gets its attachments one by one has one body.
      lostByGraph: ['text'],
      job: {
        html: shownTwice,
        attachments: [
          file('logo.png', 'image/png', png, 'logo@contoso'),
          { name: 'Zeilen.txt', contentType: 'text/plain', content: blob(Buffer.alloc(5 * 1024 * 1024, '\n')) },
        ],
      },
    },
    {
      title: 'three files of 2 MB',
      job: {
        attachments: [1, 2, 3].map((at) => ({
          name: `${at}.bin`,
          contentType: 'application/octet-stream',
          content: blob(octets(2 * 1024 * 1024, at)),
        })),
      },
    },
  ];
}
