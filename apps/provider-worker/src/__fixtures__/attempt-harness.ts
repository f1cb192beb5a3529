import { parseKeyring, sealSecret } from '@switchyard/config';
import type { CredentialSnapshot, WorkerCredential } from '@switchyard/routing';
import { createLogger, createTracing, type Tracing } from '@switchyard/telemetry';
import { startReplayUpstream, type ReplayUpstream, type ReplayUpstreamOptions } from '@switchyard/testkit';
import { createUpstreamClient } from '@switchyard/upstream';
import type { AttemptEnd, AttemptHandler, AttemptHead, AttemptOpen } from '@switchyard/wire';

import { createAttemptHandler } from '../handle-attempt.js';

export const SECRET = 'sk-upstream-secret-0123456789';
export const KEYRING = parseKeyring(`test:${Buffer.alloc(32, 7).toString('base64')}`);
export const DEADLINES = { connectMs: 2_000, headersMs: 2_000, firstContentMs: 2_000, idleMs: 2_000, totalMs: 5_000 };

const NOW_MS = Date.UTC(2027, 0, 1);

/** A snapshot with these credentials, each with the test secret unless it says otherwise. */
export function snapshotWith(
  credentials: readonly Partial<WorkerCredential>[],
  settings: CredentialSnapshot['settings'] = { passthroughHeaders: false },
): CredentialSnapshot {
  return {
    format: 1,
    version: 3,
    credentials: credentials.map((credential) => ({
      id: 'cred-1',
      provider: 'openai-compatibility',
      baseUrl: 'http://127.0.0.1:1',
      sealedSecret: sealSecret(KEYRING, SECRET, credential.id ?? 'cred-1'),
      headers: {},
      ...credential,
    })),
    settings,
  };
}

export interface HarnessOptions {
  /** `claude`, `gemini` or an OpenAI-shaped one. */
  readonly provider: string;
  readonly credential?: Partial<WorkerCredential>;
  readonly tracing?: Tracing;
  readonly passthroughHeaders?: boolean;
  /** What the upstream says to a request that no scripted answer is left for. */
  readonly answer?: ReplayUpstreamOptions['answer'];
}

/** A handler in front of an upstream that is strict about what it receives. */
export interface Harness {
  readonly handler: AttemptHandler;
  readonly upstream: ReplayUpstream;
  readonly logLines: readonly string[];
  run(input: AttemptInput): Promise<AttemptOutcome>;
  close(): Promise<void>;
}

export async function startHarness(options: HarnessOptions): Promise<Harness> {
  const { provider } = options;
  const upstream = await startReplayUpstream({ keys: [SECRET], ...(options.answer === undefined ? {} : { answer: options.answer }) });
  const baseUrl = ['claude', 'gemini'].includes(provider) ? upstream.url : `${upstream.url}/v1`;
  const snapshot = snapshotWith([{ provider, baseUrl, ...options.credential }], {
    passthroughHeaders: options.passthroughHeaders ?? false,
  });
  const logLines: string[] = [];
  const client = createUpstreamClient();
  const handler = createAttemptHandler({
    credentials: { current: () => snapshot, onChange: () => {} },
    keyring: KEYRING,
    upstream: client,
    tracing: options.tracing ?? createTracing({ serviceName: 'worker', variables: {} }),
    logger: createLogger({ service: 'worker', level: 'debug', destination: { write: (line) => logLines.push(line) } }),
    now: () => NOW_MS,
  });
  return {
    handler,
    upstream,
    logLines,
    run: (input) => runAttempt(handler, { ...input, open: { provider, ...input.open } }),
    close: async () => {
      await client.close();
      await upstream.close();
    },
  };
}

export interface AttemptInput {
  readonly open?: Partial<AttemptOpen>;
  readonly body: string;
  readonly signal?: AbortSignal;
  /** Called with all text so far after each piece; a promise makes the reader slow. */
  readonly onData?: (text: string) => Promise<void> | undefined | void;
}

export interface AttemptOutcome {
  readonly end: AttemptEnd;
  readonly head: AttemptHead | undefined;
  readonly text: string;
}

/** Performs one attempt and keeps what it replied. */
export async function runAttempt(handler: AttemptHandler, input: AttemptInput): Promise<AttemptOutcome> {
  const open: AttemptOpen = {
    requestId: 'req-1',
    ordinal: 1,
    dialect: 'openai-chat',
    operation: 'chat',
    stream: false,
    provider: 'openai-compatibility',
    credentialId: 'cred-1',
    model: 'upstream-model',
    requestedModel: 'client-model',
    strict: false,
    deadlines: DEADLINES,
    headers: {},
    ...input.open,
  };
  let head: AttemptHead | undefined;
  let text = '';
  const reply = {
    head: (value: AttemptHead) => {
      if (head !== undefined) throw new Error('head came twice');
      head = value;
    },
    data: (chunk: Buffer) => {
      if (head === undefined && open.resume === undefined) throw new Error('data came before head');
      text += chunk.toString();
      return input.onData?.(text) ?? undefined;
    },
  };
  const end = await handler(open, Buffer.from(input.body), reply, input.signal ?? new AbortController().signal);
  return { end, head, text };
}
