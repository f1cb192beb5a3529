import type { SseEvent } from '../sse/scan-sse.js';

/** Writes the events of a gemini stream as the elements of one JSON array. */
export interface JsonArrayFraming {
  next(event: SseEvent): string;
  end(): string;
}

/**
 * What `streamGenerateContent` answers without `alt=sse`. `isBegun` for an array that somebody else has written the first
 * elements of. (Google APIs, system parameters: `alt`)
 */
export function createJsonArrayFraming({ isBegun = false } = {}): JsonArrayFraming {
  let isEmpty = !isBegun;
  return {
    next(event) {
      const separator = isEmpty ? '[' : ',\r\n';
      isEmpty = false;
      return `${separator}${event.data}`;
    },
    end() {
      return isEmpty ? '[]' : ']';
    },
  };
}
