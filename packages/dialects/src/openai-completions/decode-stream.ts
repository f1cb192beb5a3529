import type { StreamEvent } from '@switchyard/canonical';

import type { StreamDecoder } from '../dialect.js';
import { isJsonObject, parseJson } from '../json/json-object.js';
import { createStreamDecoder as createChatDecoder } from '../openai-chat/decode-stream.js';
import type { SseEvent } from '../sse/scan-sse.js';
import { asChat } from './as-chat.js';

/** Reads completion chunks as the chat chunks that say the same; the terminal proof is the same too. */
export function createStreamDecoder(state?: unknown): StreamDecoder {
  const chat = createChatDecoder(state);
  return {
    get state() {
      return chat.state;
    },
    next: (event) => chat.next(eventAsChat(event)),
    keep: (delta) => chat.keep?.(delta),
    end: (): readonly StreamEvent[] => chat.end(),
  };
}

function eventAsChat(event: SseEvent): SseEvent {
  const chunk = parseJson(event.data);
  return isJsonObject(chunk) ? { ...event, data: JSON.stringify(asChat(chunk, 'delta')) } : event;
}
