import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { customers, entraError, requestToken, startTestCloud, tokenEndpoint } from '../../../support/cloud.ts';
import { ConsentBrowser, consentUrl, errorText } from '../../../support/consent-browser.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
// After whatever was sent the service goes on, and nobody has seen a stack.
afterEach(async () => assert.equal((await requestToken(cloud)).status, 200));

const token = new URL(tokenEndpoint(cloud));
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = form) =>
  cloud.fetch(token, { method: 'POST', body, headers });

async function code(response: Response): Promise<[number, number | undefined]> {
  const body = await entraError(response);
  assert.ok(!/\n\s+at /.test(JSON.stringify(body)), 'no stack');
  return [response.status, body.error_codes[0]];
}

/** Sends bytes as they are and reads until the server closes; fails when it has not within five seconds. */
function send(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: Number(token.port), ca: cloud.ca, servername: 'localhost' };
    const socket = connect(options, () => socket.write(Buffer.from(bytes, 'latin1')));
    const hangs = setTimeout(() => reject(new Error(`no end to ${bytes.slice(0, 60)}`)), 5000);
    let got = '';
    socket.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(hangs);
      resolve(got);
    });
  });
}

describe('a body', () => {
  test('of megabytes is read to its end and refused, whatever its type', async () => {
    for (const headers of [form, { 'content-type': 'application/json' }]) {
      assert.deepEqual(await code(await post('a'.repeat(5_000_000), headers)), [400, 90023]);
    }
    assert.equal(cloud.journal.entries.at(-1)?.reason, 'body is too large');
  });

  test('with a field that is as long as fits is refused for what it says', async () => {
    const assertion = 'a'.repeat(200_000);
    assert.deepEqual(await code(await requestToken(cloud, { form: { client_assertion: assertion } })), [401, 50027]);
  });

  test('with ten thousand fields is read, and refused for the one that is doubled', async () => {
    const fields = Array.from({ length: 10_000 }, (_, index) => `f${index}=1`).join('&');
    assert.deepEqual(await code(await post(`grant_type=a&grant_type=b&${fields}`)), [400, 9000411]);
  });

  test('with escapes and bytes that are none of UTF-8 is refused for what is left of it', async () => {
    assert.deepEqual(await code(await post('grant_type=%zz%&%=%')), [400, 70003]);
    assert.deepEqual(await code(await post(new Uint8Array([0xff, 0xfe, 0x00, 0x3d]))), [400, 900144]);
    const utf16 = new Uint8Array(Buffer.from('grant_type=client_credentials', 'utf16le'));
    assert.deepEqual(
      await code(await post(utf16, { 'content-type': `${form['content-type']}; charset=utf-16` })),
      [400, 900144],
    );
    assert.deepEqual(await code(await post('grant_type=client_credentials&client_id=%00&scope=%00')), [400, 1002012]);
  });

  test('that is multipart, JSON or compressed has no fields', async () => {
    const types = ['multipart/form-data; boundary=x', 'application/json', 'application/x-www-form-urlencodedx', 'é'];
    for (const type of types) {
      const headers = { 'content-type': Buffer.from(type).toString('latin1') };
      assert.deepEqual(await code(await post('grant_type=client_credentials', headers)), [400, 900144], type);
    }
    const headers = { ...form, 'content-encoding': 'gzip' };
    assert.deepEqual(await code(await post(new Uint8Array([0x1f, 0x8b, 0x08, 0x00]), headers)), [400, 900144]);
  });

  test('that breaks off is journalled as that', async () => {
    const before = cloud.journal.recorded;
    const socket = connect({ host: '127.0.0.1', port: Number(token.port), ca: cloud.ca, servername: 'localhost' });
    const head = `POST ${token.pathname} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${form['content-type']}\r\n`;
    socket.write(`${head}Content-Length: 100\r\n\r\ngrant_type`, () => socket.destroy());
    while (cloud.journal.recorded === before) await new Promise((resolve) => setTimeout(resolve, 10));
    const { status, code: aadsts, reason } = cloud.journal.entries.at(-1) ?? assert.fail('nothing journalled');
    assert.deepEqual([status, aadsts, reason], [400, 'AADSTS90023', 'body breaks off']);
  });
});

describe('a request', () => {
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    test(`of the token endpoint by ${method} is refused as no POST`, async () => {
      assert.deepEqual(await code(await cloud.fetch(token, { method })), [400, 900561]);
    });
  }

  test('to a path that is none is answered 404', async () => {
    for (const path of [
      '/',
      '//',
      '/%',
      '/%00/%ff',
      '/%2e%2e/%2f',
      `/${customers.contoso.id}`,
      `/${'a/'.repeat(2000)}`,
    ]) {
      assert.deepEqual(await code(await cloud.fetch(`${token.origin}${path}`)), [404, 90023], path.slice(0, 20));
    }
  });

  test('for a tenant that is no name is refused for that', async () => {
    for (const tenant of ['%00', '%E0%A4%A', 'a'.repeat(5000), "'; DROP TABLE", '<script>']) {
      const response = await requestToken(cloud, { tenant, form: { client_assertion: 'a.b.c' } });
      assert.deepEqual(await code(response), [400, 900023], tenant.slice(0, 20));
    }
  });

  test('whose headers or first line are no HTTP is refused before Entra sees it, and never left hanging', async () => {
    const path = token.pathname;
    const end = 'Host: localhost\r\nConnection: close\r\n\r\n';
    for (const [bytes, status] of [
      [`GET ${path} HTTP/1.1\r\nX-Big: ${'x'.repeat(100_000)}\r\n${end}`, '431'],
      [`GET ${path}?${'q'.repeat(100_000)} HTTP/1.1\r\n${end}`, '431'],
      [`GET ${path} HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n`, '400'],
      [`GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`, '400'],
      [`GET /\xe9 HTTP/1.1\r\n${end}`, '400'],
      [`\x16\x03\x01 nonsense\r\n\r\n`, '400'],
      [`POST ${path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${end}ZZ\r\n`, '400'],
      [`POST ${path} HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n${end}`, '400'],
      [`TRACE ${path} HTTP/1.1\r\n${end}`, '400'],
    ] as const) {
      const answer = await send(bytes);
      assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), `${bytes.slice(0, 40)}: ${answer.slice(0, 60)}`);
      assert.ok(!/\n\s+at /.test(answer), 'no stack');
    }
  });
});

describe('a consent form', () => {
  test('that is too large or no form is refused with a page', async () => {
    const url = consentUrl(cloud);
    const large = await new ConsentBrowser(cloud).post(url, [['choice', 'a'.repeat(1_000_000)]]);
    assert.equal(large.status, 400);
    assert.match(errorText(large), /^AADSTS90023: /);
    const json = await cloud.fetch(url, { method: 'POST', body: '{"choice":"accept"}' });
    assert.match(await json.text(), /AADSTS165000: /);
  });

  test('to a URL with broken escapes is refused for what is left of it', async () => {
    const page = await cloud.fetch(`${cloud.urls.entra}/%zz/v2.0/adminconsent?client_id=%zz&scope=%`);
    assert.equal(page.status, 400);
    assert.match(await page.text(), /AADSTS900023: /);
  });
});
