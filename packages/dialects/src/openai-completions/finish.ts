import type { FinishReason } from '@switchyard/canonical';

import { encodeFinish as encodeChatFinish } from '../openai-chat/finish.js';

/** As a chat says it, but for tool calls, which this dialect has none of. */
export function encodeFinish(reason: FinishReason): string {
  return reason === 'tool-calls' ? 'stop' : encodeChatFinish(reason);
}
