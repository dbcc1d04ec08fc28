/** Queue messages as the storage extension reads and writes them: encoding, trigger metadata, output values. */

import type { OutputData, TypedData } from './rpc.ts';

export type MessageEncoding = 'base64' | 'none';

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Nothing when the text is not what `messageEncoding` says: such a message goes to poison without an invocation. */
export function decodeMessage(text: string, encoding: MessageEncoding): string | undefined {
  if (encoding === 'none') return text;
  const compact = text.replaceAll(/\s/g, '');
  if (!base64.test(compact)) return undefined;
  try {
    return utf8.decode(Buffer.from(compact, 'base64'));
  } catch {
    return undefined;
  }
}

export function encodeMessage(content: string | Uint8Array, encoding: MessageEncoding): string {
  const bytes = Buffer.from(content);
  return bytes.toString(encoding === 'base64' ? 'base64' : 'utf8');
}

/** What the service says of a message; dates may be absent when it is run by hand. */
export interface MessageProperties {
  messageId: string;
  popReceipt: string;
  dequeueCount: number;
  insertedOn: Date;
  expiresOn: Date;
  nextVisibleOn: Date;
}

/**
 * `context.triggerMetadata` of a queue function. Numbers and dates travel as JSON, the rest as text that the library
 * parses when it can, so an id that looks like a number becomes one (seen on host 4.1037).
 *
 * Top-level properties of a JSON message come last and overwrite those of the same name, case ignored: whoever writes
 * to the queue can name `id` or `dequeueCount`, so no function may rely on them.
 */
export function triggerMetadata(text: string, message: MessageProperties): Record<string, TypedData> {
  const metadata = new Map<string, [name: string, data: TypedData]>();
  const set = (name: string, data: TypedData): void => {
    const key = name.toLowerCase();
    metadata.set(key, [metadata.get(key)?.[0] ?? name, data]);
  };
  set('QueueTrigger', { string: text });
  set('DequeueCount', { json: JSON.stringify(message.dequeueCount) });
  set('ExpirationTime', { json: JSON.stringify(message.expiresOn) });
  set('Id', { string: message.messageId });
  set('InsertionTime', { json: JSON.stringify(message.insertedOn) });
  set('NextVisibleTime', { json: JSON.stringify(message.nextVisibleOn) });
  set('PopReceipt', { string: message.popReceipt });
  const content = parseJson(text);
  if (isPlainObject(content)) {
    for (const [name, value] of Object.entries(content)) set(name, { json: JSON.stringify(value) });
  }
  return Object.fromEntries(metadata.values());
}

/**
 * The messages that a value set for a queue output becomes: an array is one message per element; objects and text that
 * holds JSON are written again as indented JSON, numbers as text (seen on host 4.1037).
 */
export function outputMessages(data: OutputData | null | undefined): (string | Uint8Array)[] {
  if (data?.bytes) return [data.bytes];
  const value = data?.int ?? data?.double ?? (typeof data?.json === 'string' ? parseJson(data.json) : data?.string);
  if (value === undefined || value === null) return [];
  const unpacked = typeof value === 'string' && /^\s*[[{]/.test(value) ? (parseJson(value) ?? value) : value;
  return (Array.isArray(unpacked) ? unpacked : [unpacked]).map(toText);
}

function toText(value: unknown): string {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value, null, 2);
  // .NET spells booleans with a capital.
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value === null ? '' : String(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
