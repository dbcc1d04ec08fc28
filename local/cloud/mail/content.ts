/**
 * The bytes of attachments and of MIME messages. Small ones are part of the state, which is one JSON file and is written
 * whole after every change; large ones are files beside it, named by their digest, so that all copies share one.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CloudContext } from '../cloud.ts';
import type { StoredContent, StoredMessage } from '../state.ts';

/** What is larger lies in a file. */
const MOST_BYTES_IN_STATE = 32 * 1024;

/** Of a file in the folder for content. */
export const pathOf = (cloud: CloudContext, file: string): string => join(cloud.folder, 'mail', file);

export function storeContent(cloud: CloudContext, bytes: Uint8Array): StoredContent {
  if (bytes.length <= MOST_BYTES_IN_STATE) return Buffer.from(bytes).toString('base64');
  const file = createHash('sha256').update(bytes).digest('hex');
  const path = pathOf(cloud, file);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    // Renamed when it is whole, so that a process that dies leaves no file whose name promises other bytes.
    writeFileSync(`${path}.new`, bytes, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  return { file, bytes: bytes.length };
}

/** @throws when the file is gone: somebody deleted it under the running cloud. */
export function contentOf(cloud: CloudContext, content: StoredContent): Buffer {
  return typeof content === 'string' ? Buffer.from(content, 'base64') : readFileSync(pathOf(cloud, content.file));
}

export function bytesOf(content: StoredContent): number {
  return typeof content === 'string' ? Buffer.byteLength(content, 'base64') : content.bytes;
}

/** How much of a mailbox's quota a message takes: what was submitted, or its parts without their encoding. */
export function messageBytes({ mime, body, attachments }: StoredMessage): number {
  if (mime !== undefined) return bytesOf(mime);
  return attachments.reduce((sum, { content }) => sum + bytesOf(content), Buffer.byteLength(body.content));
}

/** What was submitted as MIME is no longer what a message says once one of its parts has changed. */
export function forgetMime(cloud: CloudContext, message: StoredMessage): void {
  const { mime } = message;
  if (mime === undefined) return;
  delete message.mime;
  forgetContent(cloud, [mime]);
}

/** Removes the files of what has left the state, unless another copy has the same content. */
export function forgetContent(cloud: CloudContext, gone: readonly StoredContent[]): void {
  const files = gone.flatMap(filesOf);
  if (files.length === 0) return;
  const kept = new Set(cloud.state.messages.flatMap(contentsOf).flatMap(filesOf));
  for (const file of files) if (!kept.has(file)) rmSync(pathOf(cloud, file), { force: true });
}

/** Removes what a former process left behind: content of messages that were refused or never kept. */
export function sweepContent(cloud: CloudContext): void {
  const folder = pathOf(cloud, '');
  if (!existsSync(folder)) return;
  const kept = new Set(cloud.state.messages.flatMap(contentsOf).flatMap(filesOf));
  for (const { token } of cloud.state.uploadSessions) kept.add(uploadFileName(token));
  for (const file of readdirSync(folder)) if (!kept.has(file)) rmSync(pathOf(cloud, file), { force: true });
}

/** Where the bytes of an upload gather until all are there. */
export const uploadFileName = (token: string): string => `upload-${token}`;

export function contentsOf({ mime, attachments }: StoredMessage): StoredContent[] {
  return [...attachments.map(({ content }) => content), ...(mime === undefined ? [] : [mime])];
}

const filesOf = (content: StoredContent): string[] => (typeof content === 'string' ? [] : [content.file]);
