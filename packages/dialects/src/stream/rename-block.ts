import type { DialectId } from '@switchyard/canonical';

import { renameAnswer } from '../json/rename-answer.js';
import { encodeSse } from '../sse/encode-sse.js';
import type { Block } from './block-reader.js';

/**
 * The bytes of an event that a decoder of the dialect has read, under another model's name. Every other byte stays as it
 * was, but for an event whose data stands on several lines, which is framed anew.
 */
export function renameBlock(dialect: DialectId, block: Block, model: string): Buffer {
  const [event] = block.events;
  if (event === undefined || block.events.length > 1) return block.bytes;
  const data = Buffer.from(event.data);
  const renamed = renameAnswer(dialect, data, model);
  if (renamed === data) return block.bytes;
  const at = block.bytes.indexOf(data);
  if (at === -1) return Buffer.from(encodeSse({ event: event.event, data: renamed.toString() }));
  return Buffer.concat([block.bytes.subarray(0, at), renamed, block.bytes.subarray(at + data.length)]);
}
