import type { StreamEvent } from '@switchyard/canonical';
import type { SseEvent, StreamGate } from '@switchyard/dialects';

import type { SentEvents } from './sent-events.js';

/** Holds the upstream's own bytes as `SentEvents` says, and keeps the last event that went out. */
export class PassGate implements StreamGate {
  readonly #sent: SentEvents;
  #lastRaw: readonly SseEvent[] = [];

  constructor(sent: SentEvents) {
    this.#sent = sent;
  }

  /** The last event that went out and meant something. */
  get last(): SseEvent | undefined {
    return this.#lastRaw.at(-1);
  }

  admits(events: readonly StreamEvent[], raw: readonly SseEvent[]): boolean {
    const [told] = events;
    if (told !== undefined && events.length === 1 && this.#sent.continues(told)) {
      this.#lastRaw = raw;
      return true;
    }
    const event = raw.at(-1);
    if (event === undefined) return !this.#sent.isHolding;
    // The steps of a server's own tool, which a client may show while they happen. (OpenAI API reference, streaming events)
    if (events.length === 0 && event.event?.includes('_call.')) this.#sent.giveUp();
    const isAdmitted = this.#sent.admits(events);
    if (isAdmitted && told?.type !== 'ping') this.#lastRaw = raw;
    return isAdmitted;
  }
}
