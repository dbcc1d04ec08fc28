import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestCloud } from '../../../support/cloud.ts';
import { administrator, errorOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const ask = await administrator(cloud);
const create = (name: string, properties: Record<string, unknown>) => {
  const policy = { x509_props: { subject: 'CN=a', ...properties }, issuer: { name: 'Self' } };
  return ask(`certificates/${name}/create`, { json: { policy } });
};

test('a name or a usage that no certificate can hold makes none', async () => {
  for (const properties of [
    { subject: 'CN=\ud800' },
    { subject: 'CN=#0500' },
    { subject: '9.9.9=a' },
    { subject: '99999999999999999999.1=a' },
    { ekus: ['9.9'] },
    { ekus: ['1.2.99999999999999999999999999'] },
  ]) {
    const answer = await create('wrong', properties);
    assert.equal(answer.status, 400, JSON.stringify(properties));
    assert.equal(errorOf(answer).code, 'BadParameter');
    assert.equal((await ask('certificates/wrong')).status, 404);
  }
});

test('an unusual name and usage make a certificate whose secret can be had in every form', async () => {
  const unusual = [
    { subject: 'CN=\u00fc, O="A, B", C=DE' },
    { subject: '1.2.3=a' },
    { subject: '', sans: { dns_names: ['a.example'] } },
    { ekus: ['2.999.1', '1.3.6.1.5.5.7.3.4'], key_usage: [] },
  ];
  for (const [place, properties] of unusual.entries()) {
    const name = `unusual${place}`;
    assert.equal((await create(name, properties)).status, 202, JSON.stringify(properties));
    assert.equal((await ask(`certificates/${name}`)).status, 200);
    assert.equal((await ask(`secrets/${name}`)).status, 200);
    const query = 'api-version=7.6&outContentType=application/x-pem-file';
    assert.equal((await ask(`secrets/${name}`, { query })).status, 200);
  }
});
