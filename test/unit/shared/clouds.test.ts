import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  audienceOf,
  type Cloud,
  cloudNames,
  clouds,
  isForeignIssuer,
  isMicrosoftsVault,
  ownerOfForeign,
} from '../../../shared/clouds.ts';
import { resources } from '../../../shared/resource.ts';
import { contoso, graphResource, outlookResource } from '../../support/app-identity.ts';
import { failureOf } from '../../support/failure-of.ts';

const microsofts = cloudNames.filter((one) => one !== 'custom');

describe('a cloud of Microsoft', () => {
  for (const cloud of microsofts) {
    test(`${cloud} has an Entra, a Graph, a token exchange and a vault of its own, over https`, () => {
      const { authorityUrl, graphUrl, resources: known, tokenExchangeResource, vaultDomain } = clouds[cloud];
      for (const url of [authorityUrl, graphUrl]) assert.equal(new URL(url ?? '').origin, url);
      assert.equal(known.graph, graphUrl);
      assert.match(tokenExchangeResource ?? '', /^api:\/\/AzureADTokenExchange/);
      assert.match(vaultDomain ?? '', /^vault\./);
    });
  }

  test('shares its Graph with no other, and its Entra only within US Government', () => {
    const of = (pick: (cloud: Cloud) => string | undefined): number => new Set(microsofts.map(pick)).size;
    assert.equal(
      of((cloud) => clouds[cloud].graphUrl),
      microsofts.length,
    );
    assert.equal(
      of((cloud) => clouds[cloud].authorityUrl),
      microsofts.length - 1,
    );
    assert.equal(clouds.usgov.authorityUrl, clouds['usgov-dod'].authorityUrl);
  });

  test('has a resource for Outlook only where a page of Microsoft confirms it', () => {
    const confirmed = microsofts.filter((cloud) => clouds[cloud].resources.outlook !== undefined);
    assert.deepEqual(confirmed, ['public']);
    assert.equal(clouds.public.resources.outlook, outlookResource);
  });
});

test('nothing is known of a custom cloud', () => {
  const { resources: known, mailHosts, issuerHosts, ...rest } = clouds.custom;
  for (const value of [known, mailHosts, rest].flatMap(Object.values)) assert.equal(value, undefined);
  assert.deepEqual(issuerHosts, []);
});

describe('an issuer', () => {
  const v1 = `https://sts.windows.net/${contoso}/`;
  const v2 = `https://login.microsoftonline.com/${contoso}/v2.0`;
  const usgovV2 = `https://login.microsoftonline.us/${contoso}/v2.0`;
  const chinaV1 = `https://sts.chinacloudapi.cn/${contoso}/`;
  const chinaV2 = `https://login.partner.microsoftonline.cn/${contoso}/v2.0`;

  const own: Record<Exclude<Cloud, 'custom'>, readonly string[]> = {
    public: [v1, v2, `https://login.windows.net/${contoso}/`],
    usgov: [v1, usgovV2],
    'usgov-dod': [v1, usgovV2],
    china: [chinaV1, chinaV2, `https://login.chinacloudapi.cn/${contoso}/v2.0`],
  };
  const foreign: Record<Exclude<Cloud, 'custom'>, readonly string[]> = {
    public: [usgovV2, chinaV1, chinaV2],
    usgov: [v2, chinaV1, chinaV2],
    'usgov-dod': [v2, chinaV1, chinaV2],
    china: [v1, v2, usgovV2],
  };

  for (const cloud of microsofts) {
    test(`of cloud ${cloud}, v1 or v2, is not foreign to it`, () => {
      for (const issuer of own[cloud]) assert.equal(isForeignIssuer(cloud, issuer), false, issuer);
    });
    test(`of another cloud is foreign to ${cloud}`, () => {
      for (const issuer of foreign[cloud]) assert.equal(isForeignIssuer(cloud, issuer), true, issuer);
    });
    test(`that no cloud has is not called foreign to ${cloud}`, () => {
      for (const issuer of ['https://login.example.com/x/v2.0', 'https://sts.windows.net.example.com/x/', 'x', '']) {
        assert.equal(isForeignIssuer(cloud, issuer), false, issuer);
      }
    });
  }

  test('is told by its host alone, whatever the case of its letters', () => {
    assert.equal(isForeignIssuer('public', `HTTPS://LOGIN.MICROSOFTONLINE.US/${contoso}/v2.0`), true);
    assert.equal(isForeignIssuer('public', `https://login.microsoftonline.us:443/${contoso}/v2.0`), true);
    assert.equal(isForeignIssuer('public', 'https://example.com/login.microsoftonline.us/'), false);
  });

  test('is never foreign to a custom cloud, as nobody knows its own', () => {
    for (const issuer of [v1, v2, usgovV2, chinaV1, chinaV2]) assert.equal(isForeignIssuer('custom', issuer), false);
  });
});

describe('an address or identifier', () => {
  test('of another cloud is told by that cloud', () => {
    assert.equal(ownerOfForeign('public', 'https://dod-graph.microsoft.us'), 'usgov-dod');
    assert.equal(ownerOfForeign('usgov', graphResource), 'public');
    assert.equal(ownerOfForeign('china', 'https://outlook.office365.com'), 'public');
    assert.equal(ownerOfForeign('public', 'api://AzureADTokenExchangeChina'), 'china');
  });

  test('that the cloud itself has belongs to no other, even if two share it', () => {
    assert.equal(ownerOfForeign('public', graphResource), undefined);
    assert.equal(ownerOfForeign('usgov-dod', 'api://AzureADTokenExchangeUSGov'), undefined);
    assert.equal(ownerOfForeign('usgov', 'api://AzureADTokenExchangeUSGov'), undefined);
  });

  test('that no cloud has belongs to none, and a custom cloud may take any', () => {
    assert.equal(ownerOfForeign('public', 'https://localhost:8443'), undefined);
    assert.equal(ownerOfForeign('custom', graphResource), undefined);
  });
});

describe('a vault', () => {
  for (const host of ['kv.vault.azure.net', 'kv.vault.usgovcloudapi.net', 'kv.vault.azure.cn']) {
    test(`at ${host} is one of Microsoft`, () => assert.equal(isMicrosoftsVault(host), true));
  }
  for (const host of [
    'localhost',
    'vault.azure.net',
    'kvvault.azure.net',
    'kv.vault.azure.net.example.com',
    'undefined',
  ]) {
    test(`at ${host} is not`, () => assert.equal(isMicrosoftsVault(host), false));
  }
});

describe('the audience of a resource', () => {
  test('is the one that is configured', () => {
    for (const resource of resources) assert.equal(audienceOf({ [resource]: 'api://one' }, resource), 'api://one');
  });

  test('that the installation does not use is CONFIG_INVALID, naming the setting', async () => {
    const asked = new Promise(() => audienceOf({ graph: graphResource }, 'outlook'));
    const { code, message, detail } = await failureOf(asked);
    assert.deepEqual([code, detail], ['CONFIG_INVALID', { settings: 'TENANTPOST_RESOURCES' }]);
    assert.match(message, /outlook.*TENANTPOST_RESOURCES/);
  });
});
