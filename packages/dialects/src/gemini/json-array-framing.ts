import type { SseEvent } from '../sse/scan-sse.js';

/** Writes the events of a gemini stream as the elements of one JSON array. */
export interface JsonArrayFraming {
  next(event: SseEvent): string;
  end(): string;
}

/** What `streamGenerateContent` answers without `alt=sse`. (Google APIs, system parameters: `alt`) */
export function createJsonArrayFraming(): JsonArrayFraming {
  let isEmpty = true;
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
