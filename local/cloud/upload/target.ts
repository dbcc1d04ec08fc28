/** What a request to the upload host asks for. The journal and the fault panel both ask here, so that they cannot differ. */

import type { CloudContext } from '../cloud.ts';
import type { UploadSession } from '../state.ts';
import { findSession } from './sessions.ts';
import { sessionId } from './urls.ts';

const operations: Readonly<Record<string, string>> = {
  PUT: 'uploadRange',
  GET: 'getUploadSession',
  DELETE: 'deleteUploadSession',
};

export interface UploadTarget {
  operation: string;
  /** Absent when there is no such session, or when it has expired. */
  session?: UploadSession;
}

export function uploadTarget(cloud: CloudContext, method: string, url: URL): UploadTarget {
  const operation = operations[method];
  const [, named] = /\/AttachmentSessions\((?:'|%27)([\w-]+)(?:'|%27)\)$/i.exec(url.pathname) ?? [];
  if (operation === undefined || named === undefined) return { operation: 'other' };
  const token = url.searchParams.get('authtoken') ?? '';
  const session = sessionId(token) === named ? findSession(cloud, token) : undefined;
  return { operation, ...(session && { session }) };
}
