/** Requests to the storage account with nothing but fetch: headers as a test gives them, and errors read to the letter. */

import assert from 'node:assert/strict';
import type { CloudState } from '../../../../local/cloud/state.ts';
import type { AssignedStorageRole } from '../../../../local/cloud/state.ts';
import type { StorageService } from '../../../../local/cloud/storage/storage-error.ts';
import { aToken, type TestCloud, type TokenOverrides, vendor } from '../../../support/cloud.ts';

/** A version that every service answers a challenge to. */
export const version = '2021-12-02';

/** A token of the managed identity for storage, or with whatever is wrong about it by `overrides`. */
export function storageToken(cloud: TestCloud, overrides: TokenOverrides = {}, signedBy?: string): Promise<string> {
  const identity = cloud.state.identities.find(({ clientId }) => clientId === vendor.identityClientId);
  assert.ok(identity);
  const claims: TokenOverrides = {
    aud: 'https://storage.azure.com',
    tid: vendor.tenantId,
    appid: identity.clientId,
    oid: identity.principalId,
    sub: identity.principalId,
    roles: undefined,
  };
  return aToken(cloud, { ...claims, ...overrides }, signedBy);
}

export interface StorageCall {
  method?: string;
  /** Below the account. */
  path: string;
  /** `null` leaves the header out. */
  authorization?: string | null;
  headers?: Record<string, string>;
  body?: string;
}

/** With a good token and version, unless the call says otherwise. */
export async function call(cloud: TestCloud, service: StorageService, request: StorageCall): Promise<Response> {
  const { method = 'GET', path, headers = {}, body } = request;
  const { authorization = `Bearer ${await storageToken(cloud)}` } = request;
  return cloud.fetch(`${cloud.urls[service]}${path}`, {
    method,
    headers: { 'x-ms-version': version, ...(authorization !== null && { authorization }), ...headers },
    ...(body !== undefined && { body }),
  });
}

interface ToldError {
  status: number;
  code: string;
  message: string;
  detail?: string;
}

/** An error of blobs and queues: XML, with the code in a header as well. */
export async function xmlError(response: Response): Promise<ToldError> {
  const text = await response.text();
  const form =
    /^<\?xml version="1\.0" encoding="utf-8"\?><Error><Code>(\w+)<\/Code><Message>([^<\n]+)\nRequestId:(\S+)\nTime:\S+Z<\/Message>(?:<AuthenticationErrorDetail>([^<]+)<\/AuthenticationErrorDetail>)?<\/Error>$/;
  const [, code, message, requestId, detail] = form.exec(text) ?? [];
  assert.ok(code !== undefined && message !== undefined, text);
  assert.equal(response.headers.get('content-type'), 'application/xml');
  assert.equal(response.headers.get('x-ms-error-code'), code);
  assert.equal(response.headers.get('x-ms-request-id'), requestId);
  return { status: response.status, code, message, ...(detail !== undefined && { detail }) };
}

/** The roles of the vendor's identity, and nobody else's. */
export function assignRoles(state: CloudState, ...roles: AssignedStorageRole[]): void {
  const identity = state.identities.find(({ clientId }) => clientId === vendor.identityClientId);
  assert.ok(identity);
  identity.storageRoles = roles;
}
