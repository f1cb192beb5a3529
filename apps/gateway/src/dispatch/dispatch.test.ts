import type { ErrorCode } from '@switchyard/canonical';
import { candidateOf, planAttempts, type Candidate } from '@switchyard/routing';
import { failedEnd, type AttemptEnd, type AttemptHandler, type AttemptOpen } from '@switchyard/wire';

import { dispatch, type AttemptRecord } from './dispatch.js';

const SUCCESS: AttemptEnd = { outcome: 'success', dropped: [], timings: { preparedMs: 1, totalMs: 3 } };

function candidate(id: string): Candidate {
  return candidateOf({
    credential: {
      id,
      provider: 'p',
      priority: 0,
      models: [],
      discovered: [],
      nativeModels: [],
      excludedModels: [],
    },
    model: 'm',
  });
}

function failure(code: ErrorCode): AttemptEnd {
  return failedEnd({ code, message: code, status: 500 });
}

interface Script {
  /** What each credential answers, one entry an attempt. */
  readonly answers: Readonly<Record<string, readonly AttemptEnd[]>>;
  readonly requestRetry?: number;
  /** Commits before it answers. */
  readonly commits?: readonly string[];
  readonly onAttempt?: (open: AttemptOpen, abort: () => void) => void;
}

async function run({
  answers,
  requestRetry,
  commits,
  onAttempt,
}: Script): Promise<{ end: AttemptEnd; tried: string; pauses: number }> {
  const tried: string[] = [];
  const records: AttemptRecord[] = [];
  const aborter = new AbortController();
  let pauses = 0;
  const written = { committed: false, head: () => (written.committed = true), data: () => undefined };
  const attempt: AttemptHandler = async (open, _body, reply) => {
    const before = tried.filter((id) => id === open.credentialId).length;
    tried.push(open.credentialId);
    onAttempt?.(open, () => aborter.abort());
    if (commits?.includes(open.credentialId) === true) reply.head({ status: 200, headers: {} });
    return answers[open.credentialId]?.[before] ?? failure('internal');
  };
  const end = await dispatch({
    plan: planAttempts(Object.keys(answers).map(candidate), {
      requestRetry: requestRetry ?? 0,
      maxRetryCredentials: 0,
    }),
    body: Buffer.alloc(0),
    reply: written,
    transport: { attempt, availableWorkers: () => 1, close: async () => {} },
    signal: aborter.signal,
    open: ({ credential, model }, ordinal) => openOf(credential.id, model, ordinal),
    onAttemptStart: () => {},
    onAttemptEnd: (record) => records.push(record),
    nowMs: () => 0,
    random: () => 0.5,
    sleep: async () => {
      pauses += 1;
    },
  });
  expect(records.map((record) => record.credential)).toEqual(tried);
  return { end, tried: tried.join(' '), pauses };
}

function openOf(credentialId: string, model: string, ordinal: number): AttemptOpen {
  return {
    requestId: 'r',
    ordinal,
    dialect: 'openai-chat',
    operation: 'chat',
    stream: false,
    provider: 'p',
    credentialId,
    model,
    requestedModel: model,
    strict: false,
    deadlines: { connectMs: 1, headersMs: 1, firstContentMs: 1, idleMs: 1, totalMs: 1 },
    headers: {},
  };
}

describe('dispatch', () => {
  it.each<ErrorCode>([
    'upstream_rate_limited',
    'upstream_overloaded',
    'upstream_server_error',
    'upstream_network_error',
    'upstream_timeout',
    'upstream_truncated',
    'upstream_malformed',
    'upstream_auth_failed',
    'upstream_model_not_found',
    'worker_lost',
  ])('goes on to the next candidate after %s', async (code) => {
    expect(await run({ answers: { a: [failure(code)], b: [SUCCESS] } })).toMatchObject({ end: SUCCESS, tried: 'a b' });
  });

  it.each<ErrorCode>([
    'upstream_invalid_request',
    'upstream_context_length',
    'upstream_content_filter',
    'untranslatable_field',
    'internal',
  ])('does not rotate after %s', async (code) => {
    const { end, tried } = await run({ answers: { a: [failure(code)], b: [SUCCESS] } });
    expect([end.error?.code, tried]).toEqual([code, 'a']);
  });

  it('stays with an attempt whose content the client has seen', async () => {
    const { end, tried } = await run({ answers: { a: [failure('upstream_truncated')], b: [SUCCESS] }, commits: ['a'] });
    expect([end.error?.code, tried]).toEqual(['upstream_truncated', 'a']);
  });

  it('passes again over what may recover, with a pause, and not over a refused account', async () => {
    const answers = {
      refused: [failure('upstream_auth_failed'), SUCCESS],
      busy: [failure('upstream_rate_limited'), SUCCESS],
    };
    expect(await run({ answers, requestRetry: 2 })).toMatchObject({
      end: SUCCESS,
      tried: 'refused busy busy',
      pauses: 1,
    });
  });

  it('answers with the last failure when nothing helped', async () => {
    const { end, tried } = await run({
      answers: { a: [failure('upstream_timeout')], b: [failure('upstream_rate_limited')] },
    });
    expect([end.error?.code, tried]).toEqual(['upstream_rate_limited', 'a b']);
  });

  it('makes no further attempt once the client has left', async () => {
    const { tried } = await run({
      answers: { a: [failure('upstream_timeout')], b: [SUCCESS] },
      onAttempt: (_open, abort) => abort(),
    });
    expect(tried).toBe('a');
  });
});
