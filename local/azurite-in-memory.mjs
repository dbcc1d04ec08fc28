/**
 * Loaded into Azurite before it starts, where it keeps everything in memory: its queues stand still with tens of thousands of
 * messages, for two reasons that no option changes. What they answer stays the same.
 *
 * Read in azurite 3.37.0: dist/src/queue/utils/constants.js and dist/src/queue/persistence/LokiQueueMetadataStore.js.
 */

import { createRequire } from 'node:module';

const azurite = createRequire(process.argv[1]);

// Once a minute they look through all that they keep for what may be thrown away, and answer nobody meanwhile. What is in
// memory alone goes with the process anyway.
azurite('./queue/utils/constants.js').DEFAULT_GC_INTERVAL_MS = 2 ** 31 - 1;

// Each get writes several messages at once, upon which lokijs sorts every index of all messages anew (Collection.update).
// Looking at each message, as it does without an index, is done sooner; and at those of the queue alone sooner still.
const { prototype } = azurite('./queue/persistence/LokiQueueMetadataStore.js').default;

/** By where the name of the queue stands. None of them waits for anything, so that the collection is theirs until they return. */
const queueOf = {
  getMessages: (_account, queue) => queue,
  peekMessages: (_account, queue) => queue,
  deleteMessage: (_account, queue) => queue,
  clearMessages: (_account, queue) => queue,
  getMessagesCount: (_account, queue) => queue,
  deleteQueue: (_account, queue) => queue,
  insertMessage: ({ queueName }) => queueName,
  updateMessage: ({ queueName }) => queueName,
};

for (const [method, queueIn] of Object.entries(queueOf)) {
  const original = prototype[method];
  prototype[method] = function (...given) {
    const all = this.MESSAGES_COLLECTION;
    this.MESSAGES_COLLECTION = `${all} ${queueIn(...given)}`;
    try {
      this.db.getCollection(this.MESSAGES_COLLECTION) ?? this.db.addCollection(this.MESSAGES_COLLECTION);
      return original.apply(this, given);
    } finally {
      this.MESSAGES_COLLECTION = all;
    }
  };
}
