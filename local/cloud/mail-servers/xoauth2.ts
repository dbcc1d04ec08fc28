/**
 * The SASL mechanism by which Exchange Online takes tokens. One string, base64: `user=`, the mailbox, the byte 1,
 * `auth=Bearer `, the token, the byte 1 twice:
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth#sasl-xoauth2.
 */

import { decodeJwt } from 'jose';

export interface Xoauth2 {
  /** Address of the mailbox that is to be used. An app-only token names none. */
  user: string;
  token: string;
}

/** Nothing for what is not the whole string to the letter: Exchange does not say which part of it was wrong. */
export function readXoauth2(response: string): Xoauth2 | undefined {
  if (response.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(response)) return undefined;
  const text = Buffer.from(response, 'base64').toString();
  const [, user, token] = /^user=([^\x00-\x20\x7f]+)\x01auth=Bearer ([\x21-\x7e]+)\x01\x01$/.exec(text) ?? [];
  return user !== undefined && token !== undefined ? { user, token } : undefined;
}

/** What somebody says who they are, for the fault panel alone: nothing of it is believed. */
export function claimedIdentity(response: string): { mailbox?: string; tenantId?: string } {
  const given = readXoauth2(response);
  if (given === undefined) return {};
  return { mailbox: given.user, ...tenantOf(given.token) };
}

function tenantOf(token: string): { tenantId?: string } {
  try {
    const { tid } = decodeJwt(token);
    return typeof tid === 'string' ? { tenantId: tid } : {};
  } catch {
    return {};
  }
}
