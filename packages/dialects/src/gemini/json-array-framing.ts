import type { SseEvent } from '../sse/scan-sse.js';

/** Writes the events of a gemini stream as the elements of one JSON array. */
export interface JsonArrayFraming {
  next(event: SseEvent): string;
  end(): string;
}

/**
 * What `streamGenerateContent` answers without `alt=sse`. (Google APIs, system parameters: `alt`) A line ends after each
 * element, as Google's do: JSON has none inside of strings, so whoever reads one last knows that whitespace may follow.
 * `isBegun` for an array that somebody else has written the first elements of.
 */
export function createJsonArrayFraming({ isBegun = false } = {}): JsonArrayFraming {
  let isEmpty = !isBegun;
  return {
    next(event) {
      const separator = isEmpty ? '[' : ',\r\n';
      isEmpty = false;
      return `${separator}${event.data}\n`;
    },
    end() {
      return isEmpty ? '[]' : ']';
    },
  };
}
