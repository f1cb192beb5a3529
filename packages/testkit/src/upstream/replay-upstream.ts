import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

import { isRecord, parseJson } from '../json-guards.js';
import type { Answer, ReplayDialect, WholeAnswer } from './answer.js';
import { asksForGeminiStream, checkCall, dialectOfPath, keyOf } from './check-request.js';
import { sampleGeminiSurface } from './gemini-surface.js';
import { errorAnswer, sampleAnswer } from './sample-answers.js';
import { sampleSurfaceAnswer } from './sample-surface-answer.js';
import { surfaceOfPath } from './surface.js';
import { writeAnswer, type Exchange } from './write-answer.js';

export interface ReplayUpstreamOptions {
  /** The keys it accepts; others get the dialect's 401. `upstream-key` alone by default. */
  readonly keys?: readonly string[];
  /** What `GET /models` lists. */
  readonly models?: readonly string[];
  /** Answers `GET /models` instead. */
  readonly modelsAnswer?: (request: RecordedRequest) => Answer;
  /** Answers a request that no scripted answer is left for. By default a short text, streamed if asked so. */
  readonly answer?: (request: RecordedRequest) => Answer;
}

/** A request as it arrived. */
export interface RecordedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Undefined for `GET /models` and unknown paths. */
  readonly dialect: ReplayDialect | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly key: string | undefined;
  /** The bytes of the body. */
  readonly body: Buffer;
  /** The body parsed, undefined where it is not JSON. */
  readonly json: unknown;
  /** By `performance.now()`. */
  readonly receivedAtMs: number;
  /** What is wrong with the request. */
  readonly violations: readonly string[];
  /** Resolves, with `performance.now()`, when the client goes before it has its answer; never otherwise. */
  readonly aborted: Promise<number>;
}

/** An upstream for tests. */
export interface ReplayUpstream {
  /**
   * Without a trailing slash. Gemini is under `/v1beta`; the other dialects, and the operations beside chat, are under `/v1`
   * and any other path before it.
   */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** The next requests get these answers, in order. */
  script(...answers: readonly Answer[]): void;
  /** Waits until `count` requests have arrived in all, and returns the last of them. */
  waitForRequests(count: number, timeoutMs?: number): Promise<RecordedRequest>;
  /** @throws Error naming every malformed request so far. */
  assertNoViolations(): void;
  /** The violations so far, which are then forgotten: for a test that expects some. */
  takeViolations(): readonly string[];
  /** How many client connections are open. */
  connectionCount(): Promise<number>;
  /**
   * Closes the server and all its connections.
   *
   * @throws Error like assertNoViolations.
   */
  close(): Promise<void>;
}

const DEFAULT_KEY = 'upstream-key';
const DEFAULT_TIMEOUT_MS = 5_000;

/**
 * Starts an HTTP server that speaks every dialect of chat like a provider that is strict about what it receives: a
 * malformed request is answered 400 and fails the test at `close` or `assertNoViolations`.
 */
export async function startReplayUpstream(options: ReplayUpstreamOptions = {}): Promise<ReplayUpstream> {
  const state: State = { options, requests: [], scripted: [], violations: [], arrivals: new Set() };
  const server = createServer((request, response) => {
    void serve(state, request, response);
  });
  server.on('connection', (socket) => socket.setNoDelay(true));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const assertNoViolations = (): void => {
    if (state.violations.length > 0) throw new Error(`malformed upstream requests:\n${state.violations.join('\n')}`);
  };
  return {
    url: `http://127.0.0.1:${port}`,
    requests: state.requests,
    script: (...answers) => {
      state.scripted.push(...answers);
    },
    waitForRequests: (count, timeoutMs = DEFAULT_TIMEOUT_MS) => waitForRequests(state, count, timeoutMs),
    assertNoViolations,
    takeViolations: () => state.violations.splice(0),
    connectionCount: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
    async close() {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
      assertNoViolations();
    },
  };
}

interface State {
  readonly options: ReplayUpstreamOptions;
  readonly requests: RecordedRequest[];
  readonly scripted: Answer[];
  readonly violations: string[];
  readonly arrivals: Set<() => void>;
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  let brokenByScript = false;
  const aborted = new Promise<number>((resolve) => {
    response.once('close', () => {
      if (response.writableFinished) return;
      gone.abort();
      if (!brokenByScript) resolve(performance.now());
    });
  });
  const body = await readBody(request);
  if (body === undefined) return;

  const recorded = await record(state, { request, body, aborted });
  const exchange: Exchange = {
    dialect: recorded.dialect ?? 'openai-chat',
    response,
    signal: gone.signal,
    breakConnection(act) {
      brokenByScript = true;
      if (response.socket !== null) act(response.socket);
    },
  };
  await writeAnswer(exchange, chooseAnswer(state, recorded));
}

/** The bytes of a request's body, or undefined when the client went while sending it. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  } catch {
    return undefined;
  }
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly aborted: Promise<number>;
}

async function record(state: State, { request, body, aborted }: Arrival): Promise<RecordedRequest> {
  const path = request.url ?? '/';
  const query = new URLSearchParams(path.split('?')[1]);
  const call = { method: request.method ?? 'GET', path: pathOnly(path), query, headers: request.headers, body };
  const violations = asksForModels(call) ? [] : await checkCall(call);
  const recorded: RecordedRequest = {
    method: call.method,
    path,
    dialect: dialectOfPath(call.path),
    headers: request.headers,
    key: keyOf(request.headers),
    body,
    json: parseJson(body.toString('utf8')),
    receivedAtMs: performance.now(),
    violations,
    aborted,
  };
  state.requests.push(recorded);
  state.violations.push(...violations.map((violation) => `${call.method} ${path}: ${violation}`));
  for (const listener of state.arrivals) listener();
  return recorded;
}

function chooseAnswer(state: State, request: RecordedRequest): Answer {
  const { options } = state;
  const dialect = request.dialect ?? 'openai-chat';
  if (!(options.keys ?? [DEFAULT_KEY]).includes(request.key ?? '')) return errorAnswer(dialect, 401, 'invalid key');
  if (asksForModels({ method: request.method, path: pathOnly(request.path) })) {
    return options.modelsAnswer?.(request) ?? modelsAnswer(request.headers, options.models ?? []);
  }
  if (request.dialect === undefined) return errorAnswer(dialect, 404, `no ${request.path} here`);
  if (request.violations.length > 0) return errorAnswer(dialect, 400, request.violations.join('; '));
  const stream =
    asksForGeminiStream(pathOnly(request.path)) || (isRecord(request.json) && request.json['stream'] === true);
  return state.scripted.shift() ?? options.answer?.(request) ?? sampleOf(request, stream);
}

function sampleOf({ path, dialect = 'openai-chat', json }: RecordedRequest, stream: boolean): Answer {
  const surface = surfaceOfPath(pathOnly(path));
  if (surface === undefined) return sampleAnswer(dialect, { stream });
  return surface.dialect === 'gemini'
    ? sampleGeminiSurface(pathOnly(path), json)
    : sampleSurfaceAnswer(surface.operation, json);
}

function asksForModels(call: { readonly method: string; readonly path: string }): boolean {
  return call.method === 'GET' && call.path.endsWith('/models');
}

function pathOnly(path: string): string {
  return path.split('?')[0] ?? path;
}

/** The list of models in the shape of the dialect that the headers speak. */
function modelsAnswer(headers: IncomingHttpHeaders, models: readonly string[]): WholeAnswer {
  const created = 1_700_000_000;
  if (headers['x-goog-api-key'] !== undefined) {
    const list = models.map((id) => ({ name: `models/${id}`, supportedGenerationMethods: ['generateContent'] }));
    return { type: 'whole', body: { models: list } };
  }
  if (headers['anthropic-version'] === undefined) {
    const data = models.map((id) => ({ id, object: 'model', created, owned_by: 'upstream' }));
    return { type: 'whole', body: { object: 'list', data } };
  }
  const data = models.map((id) => ({ type: 'model', id, display_name: id, created_at: '2024-01-01T00:00:00Z' }));
  return {
    type: 'whole',
    body: { data, has_more: false, first_id: models[0] ?? null, last_id: models.at(-1) ?? null },
  };
}

function waitForRequests(state: State, count: number, timeoutMs: number): Promise<RecordedRequest> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      const request = state.requests[count - 1];
      if (request === undefined) return;
      clearTimeout(timer);
      state.arrivals.delete(check);
      resolve(request);
    };
    const timer = setTimeout(() => {
      state.arrivals.delete(check);
      reject(new Error(`${state.requests.length} of ${count} requests arrived within ${timeoutMs} ms`));
    }, timeoutMs);
    state.arrivals.add(check);
    check();
  });
}
