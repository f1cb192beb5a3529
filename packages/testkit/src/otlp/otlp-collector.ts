import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

import { isArray, isRecord, parseJson, type JsonRecord } from '../json-guards.js';

/** A span as a process exported it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for a root. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';
  /** Values of the span's attributes, plain. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: 'unset' | 'ok' | 'error';
  /** Of the exporting process, such as `service.name`. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A receiver of OTLP over HTTP with JSON. Its `url` goes into OTEL_EXPORTER_OTLP_ENDPOINT. */
export interface OtlpCollector {
  readonly url: string;
  spans(): readonly ReceivedSpan[];
  /**
   * Waits until the spans so far satisfy `predicate`, and returns them.
   *
   * @throws Error listing the spans that did come.
   */
  waitForSpans(
    predicate: (spans: readonly ReceivedSpan[]) => boolean,
    timeoutMs?: number,
  ): Promise<readonly ReceivedSpan[]>;
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUSES = ['unset', 'ok', 'error'] as const;

export async function startOtlpCollector(): Promise<OtlpCollector> {
  const spans: ReceivedSpan[] = [];
  const listeners = new Set<() => void>();
  const server = createServer((request, response) => {
    void readJson(request).then((body) => {
      if (request.url === '/v1/traces') spans.push(...spansOf(body));
      // An exporter takes an empty JSON object for full success. (OTLP specification, "Full Success")
      response.writeHead(isRecord(body) ? 200 : 400, { 'content-type': 'application/json' }).end('{}');
      for (const listener of listeners) listener();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    url: `http://127.0.0.1:${port}`,
    spans: () => spans,
    waitForSpans(predicate, timeoutMs = DEFAULT_TIMEOUT_MS) {
      return new Promise((resolve, reject) => {
        const check = (): void => {
          if (!predicate(spans)) return;
          clearTimeout(timer);
          listeners.delete(check);
          resolve(spans);
        };
        const timer = setTimeout(() => {
          listeners.delete(check);
          reject(new Error(`the expected spans did not come within ${timeoutMs} ms, only: ${describeSpans(spans)}`));
        }, timeoutMs);
        listeners.add(check);
        check();
      });
    },
    async close() {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

function describeSpans(spans: readonly ReceivedSpan[]): string {
  return spans.map((span) => `${span.kind} ${span.name}`).join(', ') || 'none';
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks);
  const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  return parseJson(plain.toString('utf8'));
}

function spansOf(body: unknown): readonly ReceivedSpan[] {
  return recordsOf(body, 'resourceSpans').flatMap((group) => {
    const resource = isRecord(group['resource']) ? attributesOf(group['resource']) : {};
    const scopes = recordsOf(group, 'scopeSpans');
    return scopes.flatMap((scope) => recordsOf(scope, 'spans').map((span) => toSpan(span, resource)));
  });
}

function toSpan(span: JsonRecord, resource: Readonly<Record<string, unknown>>): ReceivedSpan {
  const parent = span['parentSpanId'];
  const status = isRecord(span['status']) ? Number(span['status']['code'] ?? 0) : 0;
  return {
    traceId: String(span['traceId']),
    spanId: String(span['spanId']),
    parentSpanId: typeof parent === 'string' && parent !== '' ? parent : undefined,
    name: String(span['name']),
    kind: KINDS[Number(span['kind'])] ?? 'unspecified',
    attributes: attributesOf(span),
    status: STATUSES[status] ?? 'unset',
    resource,
  };
}

function attributesOf(holder: JsonRecord): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    recordsOf(holder, 'attributes').map((attribute) => [String(attribute['key']), plainValue(attribute['value'])]),
  );
}

/** An `AnyValue` holds its value under a key that tells its type; 64-bit integers may come as text. (OTLP, common.proto) */
function plainValue(value: unknown): unknown {
  if (!isRecord(value)) return undefined;
  if (value['intValue'] !== undefined) return Number(value['intValue']);
  if (isRecord(value['arrayValue'])) return recordsOf(value['arrayValue'], 'values').map(plainValue);
  return value['stringValue'] ?? value['boolValue'] ?? value['doubleValue'];
}

function recordsOf(holder: unknown, field: string): readonly JsonRecord[] {
  const list = isRecord(holder) ? holder[field] : undefined;
  return isArray(list) ? list.filter(isRecord) : [];
}
