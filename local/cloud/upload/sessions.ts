/** Upload sessions: what is known of each, and the bytes that have arrived, in a file of their own until all are there. */

import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CloudContext } from '../cloud.ts';
import { pathOf, storeContent, uploadFileName } from '../mail/content.ts';
import type { StoredContent, UploadSession } from '../state.ts';

/** How long a session lasts. Ranges do not prolong it. Microsoft documents the property and not its length. */
const LIFETIME_MILLISECONDS = 60 * 60 * 1000;

type NewSession = Omit<UploadSession, 'token' | 'received' | 'expiresAt'>;

const fileOf = (cloud: CloudContext, { token }: UploadSession): string => pathOf(cloud, uploadFileName(token));

export function openSession(cloud: CloudContext, session: NewSession): UploadSession {
  forgetExpired(cloud);
  const opened: UploadSession = {
    ...session,
    token: randomBytes(32).toString('hex'),
    received: 0,
    expiresAt: cloud.now('graph') + LIFETIME_MILLISECONDS,
  };
  cloud.state.uploadSessions.push(opened);
  return opened;
}

export function findSession(cloud: CloudContext, token: string): UploadSession | undefined {
  return cloud.state.uploadSessions.find((one) => one.token === token && one.expiresAt > cloud.now('upload'));
}

export function appendRange(cloud: CloudContext, session: UploadSession, bytes: Uint8Array): void {
  const file = fileOf(cloud, session);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, bytes, { mode: 0o600 });
  session.received += bytes.length;
}

/** Ends the session and gives what it brought. */
export function closeSession(cloud: CloudContext, session: UploadSession): StoredContent {
  const content = storeContent(cloud, readFileSync(fileOf(cloud, session)));
  forgetSession(cloud, session);
  return content;
}

export function forgetSession(cloud: CloudContext, session: UploadSession): void {
  rmSync(fileOf(cloud, session), { force: true });
  cloud.state.uploadSessions = cloud.state.uploadSessions.filter((one) => one !== session);
}

function forgetExpired(cloud: CloudContext): void {
  const now = cloud.now('upload');
  for (const session of cloud.state.uploadSessions) if (session.expiresAt <= now) forgetSession(cloud, session);
}
