import type { AttemptEnd, AttemptHead, AttemptOpen, AttemptReply } from '../attempt.js';

export const OPEN: AttemptOpen = {
  requestId: 'request-1',
  ordinal: 1,
  dialect: 'openai-chat',
  operation: 'chat',
  stream: true,
  provider: 'simulator',
  credentialId: 'credential-1',
  model: 'model',
  requestedModel: 'alias',
  strict: false,
  deadlines: { connectMs: 1, headersMs: 2, firstContentMs: 3, idleMs: 4, totalMs: 5 },
  headers: {},
};

export const HEAD: AttemptHead = { status: 200, headers: { 'content-type': 'text/event-stream' } };

export const SUCCESS: AttemptEnd = { outcome: 'success', dropped: [], timings: { preparedMs: 1, totalMs: 2 } };

/** A reader that keeps all it is given and is never behind. */
export class CollectingReply implements AttemptReply {
  readonly heads: AttemptHead[] = [];
  readonly chunks: Buffer[] = [];

  get body(): Buffer {
    return Buffer.concat(this.chunks);
  }

  head(head: AttemptHead): void {
    this.heads.push(head);
  }

  data(chunk: Buffer): Promise<void> | undefined {
    this.chunks.push(chunk);
    return undefined;
  }
}

/** A reader that takes nothing further until `release` is called. */
export class SlowReply extends CollectingReply {
  #release = (): void => {};
  readonly #gate = new Promise<void>((resolve) => (this.#release = resolve));

  release(): void {
    this.#release();
  }

  override data(chunk: Buffer): Promise<void> {
    this.chunks.push(chunk);
    return this.#gate;
  }
}
