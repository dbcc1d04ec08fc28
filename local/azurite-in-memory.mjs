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
// Looking at each message, as it does without an index, is done sooner.
const { prototype } = azurite('./queue/persistence/LokiQueueMetadataStore.js').default;
const init = prototype.init;
prototype.init = async function () {
  await init.call(this);
  this.db.getCollection(this.MESSAGES_COLLECTION).binaryIndices = {};
};
