/** One event of a `text/event-stream`: its `event` field, if it had one, and its `data` lines joined by newlines. */
export interface SseEvent {
  readonly event?: string | undefined;
  readonly data: string;
}
