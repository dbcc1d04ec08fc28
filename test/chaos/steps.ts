/**
 * The steps of a send at which a worker is killed, each as it is seen from outside: by the local cloud and by the front of
 * its storage. Nothing in the app says where it is.
 */

import type { Watch } from '../../local/cloud/faults/watches.ts';

export const stepNames = [
  'claim-written',
  'accepted',
  'draft-created',
  'between-ranges',
  'submitting-recorded',
  'send-accepted',
  'outcome-not-written',
  'message-not-deleted',
] as const;
export type StepName = (typeof stepNames)[number];

/** Whichever way the store writes a row. */
const tableWrites = [
  ...['entityGroupTransaction', 'insertEntity', 'updateEntity', 'mergeEntity'],
  ...['insertOrReplaceEntity', 'insertOrMergeEntity'],
];

interface Step extends Pick<Watch, 'service' | 'operations' | 'when' | 'content'> {
  readonly status?: (status: number) => boolean;
  /** What alone comes to it: with `standard` only mail with large attachments begins with a draft. */
  readonly of?: 'drafts' | 'uploads';
}

const succeeded = (status: number): boolean => status < 300;

export const steps: Readonly<Record<StepName, Step>> = {
  /** The row says `sending`, and Graph has not been asked. */
  'claim-written': {
    ...{ service: 'table', operations: tableWrites, when: 'after', status: succeeded },
    content: (text) => /\bstate\W+sending\b/.test(text) && !/\bdraftId\b/.test(text),
  },
  /** The mail is on its way, and Graph has not answered. */
  accepted: { service: 'graph', operations: ['sendMail'], when: 'after', status: succeeded },
  'draft-created': {
    ...{ service: 'graph', operations: ['createMessage'], when: 'after', status: succeeded },
    of: 'drafts',
  },
  /** 201 is the answer to the last range. */
  'between-ranges': {
    ...{ service: 'upload', operations: ['uploadRange'], when: 'after', status: (status) => status === 200 },
    of: 'uploads',
  },
  'submitting-recorded': {
    ...{ service: 'table', operations: tableWrites, when: 'after', status: succeeded },
    content: (text) => /step\W+submitting\b/i.test(text),
    of: 'drafts',
  },
  'send-accepted': {
    ...{ service: 'graph', operations: ['sendMessage'], when: 'after', status: succeeded },
    of: 'drafts',
  },
  /** Graph has answered, and the row still says `sending`. */
  'outcome-not-written': {
    ...{ service: 'table', operations: tableWrites, when: 'before' },
    content: (text) => /\bstate\W+sent\b/.test(text),
  },
  /** The row says `sent`, and the queue delivers the message once more. */
  'message-not-deleted': { service: 'queue', operations: ['deleteMessage'], when: 'before' },
};
