/** What can be said of a span. Undefined values are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface SpanOptions {
  readonly kind: 'server' | 'client';
  /** The parent's, as it came: an invalid one starts a new trace. */
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  readonly attributes?: SpanAttributes | undefined;
}

/** One span, and the context that makes the next process's spans its children. */
export interface TraceSpan {
  /** This span's own, for the next process. */
  readonly traceparent: string;
  readonly tracestate: string | undefined;
  readonly traceId: string;
  /** Whether anything that is said of it is kept. */
  readonly isRecording: boolean;
  setAttributes(attributes: SpanAttributes): void;
  /** Marks the span as failed with this `error.type`. */
  fail(errorType: string): void;
  /** Closes the span; later calls do nothing. */
  end(): void;
}

export interface Tracing {
  startSpan(name: string, options: SpanOptions): TraceSpan;
  /** Hands over what is left, waiting for it a few seconds at most. Never rejects. */
  close(): Promise<void>;
}

/** `OTEL_*` variables, as `process.env` has them. */
export type TraceVariables = Readonly<Record<string, string | undefined>>;
