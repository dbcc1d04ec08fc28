/** The times of a message by which Graph sorts and filters. */

import type { StoredMessage } from '../state.ts';

export const times = {
  receivedDateTime: ({ receivedAt }: StoredMessage) => receivedAt,
  sentDateTime: ({ receivedAt }: StoredMessage) => receivedAt,
  createdDateTime: ({ createdAt }: StoredMessage) => createdAt,
  lastModifiedDateTime: ({ modifiedAt }: StoredMessage) => modifiedAt,
};

export type TimeProperty = keyof typeof times;

export const isTime = (name: string): name is TimeProperty => Object.hasOwn(times, name);
