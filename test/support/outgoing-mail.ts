/** A mail as a carrier is given it, from the job that a producer wrote. */

import assert from 'node:assert/strict';
import { outlookResource } from './app-identity.ts';
import { customers, vendor } from './cloud.ts';
import { aMailJob } from './mail-job.ts';
import { mailToken, post } from './mail-servers.ts';
import { MemoryContentStore } from './memory-content-store.ts';
import type { Cloud } from '../../local/cloud/cloud.ts';
import type { Claimed } from '../../shared/mail/carrier.ts';
import { loadContent } from '../../shared/mail/job/load-content.ts';
import type { Mail } from '../../shared/mail/job/mail.ts';
import { parseMailJob } from '../../shared/mail/job/mail-job.ts';
import { readToken, type Token } from '../../shared/tokens/token.ts';

/** @param blobs holds what the job names. */
export async function aMail(overrides: Record<string, unknown> = {}, blobs = new MemoryContentStore()): Promise<Mail> {
  const written = { tenant: customers.contoso.id, from: post, ...overrides };
  return loadContent(parseMailJob(aMailJob(written)).job, blobs);
}

export function aToken(value: string, overrides: Partial<Token> = {}): Token {
  const expected = { tenantId: customers.contoso.id, audience: outlookResource, clientId: vendor.appId };
  const token = readToken(value, { resource: 'outlook', isForeignIssuer: () => false, ...expected });
  return { ...token, ...overrides };
}

/** Contoso's token for Exchange, issued now. */
export const outlookToken = async (cloud: Cloud): Promise<Token> => aToken(await mailToken(cloud));

export function claimed(mail: Mail, token: Token): Claimed {
  return { mail, token, progress: undefined, record: () => assert.fail('nothing is written down by SMTP') };
}
