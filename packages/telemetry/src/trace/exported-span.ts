import {
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type SpanContext,
  type SpanKind,
  type Tracer,
} from '@opentelemetry/api';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

import { formatTraceparent, formatTracestate } from './trace-context.js';
import type { SpanAttributes, TraceSpan } from './tracing.js';

export interface SpanIdentity {
  readonly name: string;
  readonly kind: SpanKind;
  readonly context: SpanContext;
  readonly parent: SpanContext | undefined;
}

/** A span that is over, with the times at which it began and ended, in milliseconds since this process did. */
interface EndedSpan extends SpanIdentity {
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly failed: boolean;
}

/** Notes what is said of a span until it ends. */
export class ExportedSpan implements TraceSpan {
  readonly isRecording = true;
  readonly #identity: SpanIdentity;
  readonly #over: EndedSpans;
  readonly #startMs = performance.now();
  readonly #attributes: Attributes = {};
  #failed = false;
  #ended = false;

  constructor(identity: SpanIdentity, over: EndedSpans) {
    this.#identity = identity;
    this.#over = over;
  }

  get traceparent(): string {
    return formatTraceparent(this.#identity.context);
  }

  get tracestate(): string | undefined {
    return formatTracestate(this.#identity.context);
  }

  get traceId(): string {
    return this.#identity.context.traceId;
  }

  setAttributes(attributes: SpanAttributes): void {
    if (this.#ended) return;
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) this.#attributes[name] = typeof value === 'object' ? [...value] : value;
    }
  }

  fail(errorType: string): void {
    if (this.#ended) return;
    this.#attributes['error.type'] = errorType;
    this.#failed = true;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#over.add({
      ...this.#identity,
      startMs: this.#startMs,
      endMs: performance.now(),
      attributes: this.#attributes,
      failed: this.#failed,
    });
  }
}

const HANDED_OVER_FROM = 32;
const HANDED_OVER_AFTER_MS = 500;

/** Hands spans that are over to the SDK some at a time and behind the requests' backs: nobody waits for a span. */
export class EndedSpans {
  readonly #tracer: Tracer;
  readonly #ids: GivenIds;
  #waiting: EndedSpan[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** The ids must be those that the tracer's provider asks. */
  constructor(tracer: Tracer, ids: GivenIds) {
    this.#tracer = tracer;
    this.#ids = ids;
  }

  add(span: EndedSpan): void {
    this.#waiting.push(span);
    if (this.#waiting.length === HANDED_OVER_FROM) setImmediate(() => this.handOver());
    this.#timer ??= setTimeout(() => this.handOver(), HANDED_OVER_AFTER_MS).unref();
  }

  handOver(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const spans = this.#waiting;
    this.#waiting = [];
    for (const { name, kind, context, parent, attributes, startMs, endMs, failed } of spans) {
      this.#ids.give(context.traceId, context.spanId);
      const within = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
      const span = this.#tracer.startSpan(name, { kind, attributes, startTime: startMs }, within);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(endMs);
    }
  }
}

/** Names the next span as it was named when it was decided on. */
export class GivenIds implements IdGenerator {
  #traceId = '';
  #spanId = '';

  give(traceId: string, spanId: string): void {
    this.#traceId = traceId;
    this.#spanId = spanId;
  }

  generateTraceId(): string {
    return this.#traceId;
  }

  generateSpanId(): string {
    return this.#spanId;
  }
}
