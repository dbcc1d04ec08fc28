/** A mail job as the arguments write it, or a file does. Whether it is a good one is for the app to judge. */

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { UsageError } from '../failure.ts';
import { readGiven } from '../variables.ts';
import { mediaTypeOf } from './media-types.ts';
import type { MailArguments } from './options.ts';

/** Where octets lie that are too large for the job itself, as `content` of an attachment names them. */
interface KeptContent {
  readonly blob: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Puts octets where the job can name them. */
export type Keep = (octets: Buffer<ArrayBuffer>) => Promise<KeptContent>;

export interface WrittenJob {
  readonly tenant: string;
  readonly id: string;
  /** With `tenant` and `id` in it. */
  readonly value: object;
}

/** What a job holds of an attachment at most: docs/mail-job.md. */
const mostInlineBytes = 3_000_000;

/** @throws UsageError */
export async function writtenJob(given: MailArguments, tenant: string | undefined, keep: Keep): Promise<WrittenJob> {
  const id = given.id ?? crypto.randomUUID();
  const value = given.job === undefined ? await fromArguments(given, keep) : await fromFile(given.job);
  const whole = {
    version: 1,
    id,
    ...value,
    ...(given.id === undefined ? {} : { id }),
    ...(tenant === undefined ? {} : { tenant }),
  };
  if (!('tenant' in whole) || typeof whole.tenant !== 'string')
    throw new UsageError('--tenant: of which tenant is the mailbox?');
  if (typeof whole.id !== 'string') throw new UsageError('--job: its id is no text.');
  return { tenant: whole.tenant, id: whole.id, value: whole };
}

async function fromFile(name: string): Promise<{ id?: unknown; tenant?: unknown }> {
  const text = (await readGiven(name, '--job')).toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Of what is no JSON, nothing is repeated: it is mail.
  }
  throw new UsageError('--job: the file holds no JSON object.');
}

async function fromArguments(given: MailArguments, keep: Keep): Promise<{ id?: unknown; tenant?: unknown }> {
  const { from, subject, importance, save } = given;
  if (from === undefined) throw new UsageError('--from: which mailbox sends?');
  const [to, cc, bcc, replyTo] = [given.to, given.cc, given.bcc, given.replyTo].map((list) => list?.map(recipient));
  if ([to, cc, bcc].every((list) => list === undefined)) throw new UsageError('--to: who is to get it?');
  if ([given.textFile, given.htmlFile].filter((file) => file === '-').length > 1) {
    throw new UsageError('Standard input can be read once only: --text-file - or --html-file -.');
  }
  const text = given.textFile === undefined ? given.text : await textOf(given.textFile, '--text-file');
  const html = given.htmlFile === undefined ? undefined : await textOf(given.htmlFile, '--html-file');
  if (text === undefined && html === undefined)
    throw new UsageError('--text: what does it say? Or --text-file, --html-file.');
  const attachments = [];
  for (const file of given.attach ?? []) attachments.push(await attachment(file, keep));
  return present({
    from,
    to,
    cc,
    bcc,
    replyTo,
    subject,
    text,
    html,
    importance,
    ...(attachments.length > 0 && { attachments }),
    ...(!save && { saveToSentItems: false }),
  });
}

async function textOf(file: string, option: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readGiven(file, option));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${option}: the file is no text in UTF-8.`);
  }
}

async function attachment(file: string, keep: Keep): Promise<object> {
  const octets = await readGiven(file, '--attach');
  const content = octets.length > mostInlineBytes ? await keep(octets) : octets.toString('base64');
  return { name: basename(file), contentType: mediaTypeOf(file), content };
}

/** `Anna <anna@customer.example>`, RFC 5322 section 3.4, without its comments and groups. */
function recipient(written: string): string | { address: string; name: string } {
  const [, name = '', address] = /^\s*(?:"([^"]*)"|[^<"]*?)\s*<([^<>]+)>\s*$/.exec(written) ?? [];
  if (address === undefined) return written.trim();
  const shown = name === '' ? written.slice(0, written.lastIndexOf('<')).replaceAll('"', '').trim() : name;
  return shown === '' ? address : { address, name: shown };
}

export const sha256Of = (octets: Buffer): string => createHash('sha256').update(octets).digest('hex');

function present(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
}
