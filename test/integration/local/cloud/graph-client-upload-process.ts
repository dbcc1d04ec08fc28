/**
 * A draft with large attachments, written, uploaded, sent and found again with Microsoft's own client, unmodified. Prints
 * what came back. A process of its own, because Node reads NODE_EXTRA_CA_CERTS only when it starts.
 */

import { Readable } from 'node:stream';
import {
  Client,
  type FileObject,
  FileUpload,
  LargeFileUploadTask,
  PageIterator,
  ResponseType,
  StreamUpload,
} from '@microsoft/microsoft-graph-client';
import { z } from 'zod';

const { GRAPH_URL, ACCESS_TOKEN, SENDER, RECIPIENT } = z
  .object({ GRAPH_URL: z.url(), ACCESS_TOKEN: z.string(), SENDER: z.string(), RECIPIENT: z.string() })
  .parse(process.env);

const client = Client.initWithMiddleware({
  authProvider: { getAccessToken: async () => ACCESS_TOKEN },
  baseUrl: `${GRAPH_URL}/`,
  customHosts: new Set(['localhost']),
});
const user = `/users/${encodeURIComponent(SENDER)}`;
const immutable = { Prefer: 'IdType="ImmutableId"' };
const message = z.looseObject({ id: z.string(), isDraft: z.boolean() });
const jobId = 'String {62a8d197-c880-4ca6-a361-dcad8a24e095} Name JobId';

const draft = message.parse(
  await client
    .api(`${user}/messages`)
    .headers(immutable)
    .post({
      subject: 'Large',
      toRecipients: [{ emailAddress: { address: RECIPIENT } }],
      singleValueExtendedProperties: [{ id: jobId, value: 'job-1' }],
    }),
);
const attachments = `${user}/messages/${draft.id}/attachments`;
await client
  .api(attachments)
  .headers(immutable)
  .post({ '@odata.type': '#microsoft.graph.fileAttachment', name: 'small.txt', contentBytes: btoa('small') });

const size = 9_000_000;
const bytes = new Uint8Array(size).map((_, index) => index % 251);
const rangeSize = 4 * 1024 * 1024;

async function task<Content>(file: FileObject<Content>, options: { rangeSize?: number } = { rangeSize }) {
  const session = await LargeFileUploadTask.createUploadSession(
    client,
    `${attachments}/createUploadSession`,
    { AttachmentItem: { attachmentType: 'file', name: file.name, size: file.size } },
    immutable,
  );
  return new LargeFileUploadTask(client, file, session, options);
}

const uploaded = await (await task(new FileUpload(bytes.buffer, 'file.bin', size))).upload();

const stream = Readable.from([bytes], { objectMode: false });
await (await task(new StreamUpload(stream, 'stream.bin', size))).upload();

// One range alone, then whatever the service says is missing.
const resumed = await task(new FileUpload(bytes.buffer, 'resumed.bin', size));
const first = resumed.getNextRange();
await resumed.uploadSlice(bytes.buffer.slice(first.minValue, first.maxValue + 1), first, size);
await resumed.resume();

const cancelled = await task(new FileUpload(bytes.buffer, 'cancelled.bin', size));
await cancelled.cancel();

// The client's own default is 5 MB a range, which is too much here.
let refused: unknown;
try {
  await (await task(new FileUpload(bytes.buffer, 'refused.bin', size), {})).upload();
} catch (error) {
  refused = z.looseObject({ error: z.object({ code: z.string() }) }).parse(error).error.code;
}

const sent = z
  .instanceof(Response)
  .parse(
    await client.api(`${user}/messages/${draft.id}/send`).headers(immutable).responseType(ResponseType.RAW).post(''),
  );
const found = message.parse(await client.api(`${user}/messages/${draft.id}`).headers(immutable).get());

const filter = `singleValueExtendedProperties/Any(ep: ep/id eq '${jobId}' and ep/value eq 'job-1')`;
const page: unknown = await client
  .api(`${user}/mailFolders('SentItems')/messages`)
  .filter(filter)
  .select('subject')
  .get();
const subjects: unknown[] = [];
const iterator = new PageIterator(client, z.object({ value: z.array(z.unknown()) }).parse(page), (one: unknown) => {
  subjects.push(z.looseObject({ subject: z.string() }).parse(one).subject);
  return true;
});
await iterator.iterate();
const names = z
  .object({ value: z.array(z.looseObject({ name: z.string(), size: z.number() })) })
  .parse(await client.api(attachments).headers(immutable).select(['name', 'size']).get());

console.log(
  JSON.stringify({
    location: uploaded.location,
    isCancelled: cancelled.getUploadSession().isCancelled,
    refused,
    status: sent.status,
    isDraft: found.isDraft,
    sameId: found.id === draft.id,
    subjects,
    attachments: names.value.map(({ name, size: stored }) => [name, stored]),
  }),
);
