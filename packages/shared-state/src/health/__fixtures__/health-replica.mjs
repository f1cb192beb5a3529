/**
 * A replica in a process of its own: calls its health store as the parent says, and reports every change with the time
 * at which it was seen. Ends with its parent.
 */
import { createRedisHealthStore } from '@switchyard/shared-state';

const [url, keyPrefix] = process.argv.slice(2);
const store = createRedisHealthStore({ url, keyPrefix, holdMs: 500, probeMs: 2000 });

// Changes go on to come in for a moment after the parent has let go: those have nobody to hear of them.
const tell = (message) => process.send(message, () => {});

store.onChange((scope, record) => tell({ type: 'change', scope, record, atMs: Date.now() }));

process.on('message', async ({ id, method, parameters }) => {
  const member = store[method];
  const result = typeof member === 'function' ? await member.call(store, ...parameters) : member;
  tell({ type: 'answer', id, result: result?.[Symbol.iterator] === undefined ? result : [...result] });
});

// What the store leaves open shows as a process that does not end by itself.
process.on('disconnect', async () => {
  setTimeout(() => process.exit(1), 3000).unref();
  await store.close();
});

tell({ type: 'ready' });
