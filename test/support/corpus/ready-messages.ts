/** Messages that a producer hands in ready: signed, encrypted, in other character sets, with parts that have no name. */

import { blob, octets, type Fields, type Specimen } from './specimen.ts';

const from = 'From: post@contoso.example\r\nTo: anna@customer.example\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n';
const wrapped = (bytes: Buffer): string => bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n');

const ready = (text: string | Buffer, more: Fields = {}): Fields => ({
  text: undefined,
  subject: undefined,
  mime: blob(text),
  ...more,
});

const messages: Readonly<Record<string, string | Buffer>> = {
  'of plain text': `${from}Subject: Ready\r\nMessage-ID: <ready@contoso.example>\r\n\r\nHello\r\n`,
  'with line ends of Unix': `${from}Subject: Ready\r\n\r\nHello\r\n`.replaceAll('\r\n', '\n'),
  'with parts that have no name': `${from}Subject: Unnamed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b 1"\r\n\r\npreamble\r\n--b 1\r\n\r\ntext\r\n--b 1\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b 1\r\nContent-Disposition: attachment\r\n\r\nunnamed\r\n--b 1--\r\nepilogue\r\n`,
  'with messages within messages': `${from}Subject: Forwarded\r\nMIME-Version: 1.0\r\nContent-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: one\r\n\r\n1\r\n--d\r\nContent-Type: message/rfc822\r\n\r\nSubject: two\r\nContent-Type: message/rfc822\r\n\r\nSubject: three\r\n\r\n3\r\n--d--\r\n`,
  'signed with S/MIME': `${from}Subject: Signed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe =20\r\n=2E\r\n--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7s\r\n\r\n${wrapped(octets(2000))}\r\n--s--\r\n`,
  'encrypted with S/MIME': `${from}Subject: Encrypted\r\nMIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=smime.p7m\r\n\r\n${wrapped(octets(5000, 7))}\r\n`,
  'signed with DKIM': `DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=contoso.example; s=s1;\r\n\th=From:To:Subject; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n\tb=${'a'.repeat(60)}\r\n ${'b'.repeat(60)}\r\n${from}Subject:  kept   as it  is \r\n\r\nbody \t\r\n\r\n\r\n`,
  'in 8-bit UTF-8': `${from}Subject: Eight\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße, 日本語 😀\r\n.\r\n`,
  'in ISO-2022-JP': `${from}Subject: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n\u001b$BF|K\\\u001b(B\r\n`,
  'in Windows-1252': Buffer.from(
    `${from}Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=windows-1252\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\u0080 \u00fc\r\n`,
    'latin1',
  ),
  'with a header of 60 lines': `${from}X-Long:${' folded word\r\n'.repeat(60)} end\r\nSubject: x\r\n\r\nbody\r\n`,
  'with lines of 998 octets': `${from}Subject: x\r\n\r\n${'x'.repeat(998)}\r\n${'y'.repeat(998)}\r\n`,
  'with dots at line starts': `${from}Subject: x\r\n\r\n.\r\n..\r\n.hidden\r\n`,
  'without a body': `${from}Subject: only a header\r\n`,
  'with an empty body': `${from}Subject: only a header\r\n\r\n`,
};

export function readyMessages(): Specimen[] {
  const cannot = { code: 'TRANSPORT_CANNOT' as const, field: '/mime' };
  return [
    ...Object.entries(messages).map(([title, text]) => ({ title: `ready message ${title}`, job: ready(text) })),
    {
      title: 'ready message with blind copies, and a Bcc of its own',
      job: ready(`${from}Bcc: own@customer.example,\r\n other@customer.example\r\nSubject: x\r\n\r\nBcc: body\r\n`, {
        bcc: ['hidden@customer.example'],
      }),
    },
    {
      title: 'ready message to others than the job names',
      job: ready(`${from}Subject: x\r\n\r\nHello\r\n`, { to: ['ben@customer.example'] }),
      refused: { graph: { code: 'TRANSPORT_CANNOT' as const, field: '/to' } },
    },
    {
      title: 'ready message of 4 MB',
      job: ready(`${from}Subject: x\r\n\r\n${wrapped(octets(3_000_000))}\r\n`),
      refused: { graph: cannot },
    },
    {
      title: 'ready message with a line of 999 octets',
      job: ready(`${from}Subject: x\r\n\r\n${'x'.repeat(999)}\r\n`),
      refused: { smtp: cannot },
    },
    {
      title: 'ready message with NUL',
      job: ready(`${from}Subject: x\r\n\r\na\0b\r\n`),
      refused: { smtp: cannot },
    },
    {
      title: 'ready message with UTF-8 in its header',
      job: ready(`${from}Subject: Grüße\r\n\r\nHello\r\n`),
      refused: { smtp: cannot },
    },
  ];
}
