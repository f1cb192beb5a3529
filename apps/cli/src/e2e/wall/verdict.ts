import type { ReplayDialect } from '@switchyard/testkit';

import type { WallCase } from './cases.js';
import type { Seen } from './clients.js';
import type { ErrorKind, Outcome } from './faults.js';
import { USAGE, WHOLE_TEXT } from './upstreams.js';

/** The words of each kind of error, by dialect. */
const WORDS: Readonly<Record<ErrorKind, Readonly<Record<'openai' | 'anthropic' | 'gemini', RegExp>>>> = {
  'rate limit': { openai: /rate_limit/, anthropic: /^rate_limit_error$/, gemini: /^RESOURCE_EXHAUSTED/ },
  cooling: { openai: /^all_cooling/, anthropic: /^rate_limit_error$/, gemini: /^RESOURCE_EXHAUSTED ALL_COOLING$/ },
  overloaded: { openai: /server_error/, anthropic: /^overloaded_error$/, gemini: /^UNAVAILABLE/ },
  timeout: { openai: /^upstream_timeout/, anthropic: /^timeout_error$/, gemini: /^DEADLINE_EXCEEDED/ },
  broken: {
    openai: /^upstream_(truncated|network_error|malformed)/,
    anthropic: /^api_error$/,
    gemini: /^UNAVAILABLE UPSTREAM_(TRUNCATED|NETWORK_ERROR|MALFORMED)$/,
  },
  'server error': { openai: /server_error/, anthropic: /^api_error$/, gemini: /^(UNAVAILABLE|INTERNAL)/ },
  context: { openai: /^context_length_exceeded/, anthropic: /^invalid_request_error$/, gemini: /^INVALID_ARGUMENT/ },
  filter: {
    openai: /^content_(filter|policy_violation)/,
    anthropic: /^invalid_request_error$/,
    gemini: /^INVALID_ARGUMENT/,
  },
};

function wordsOf(kind: ErrorKind, dialect: ReplayDialect): RegExp {
  const words = WORDS[kind];
  if (dialect === 'anthropic-messages') return words.anthropic;
  return dialect === 'gemini' ? words.gemini : words.openai;
}

/** Anthropic says 529 where others say 503, and its clients hear it as it is. */
function statusOf(status: number, { client, dialect }: { client: ReplayDialect; dialect: ReplayDialect }): number {
  return status === 503 && client === 'anthropic-messages' && dialect === client ? 529 : status;
}

/** What a client saw that it should not have seen; nothing where all is well. */
export function problemsOf({ client, stream, placed }: WallCase, outcome: Outcome, seen: Seen): readonly string[] {
  const { sees } = outcome;
  const problems = [...seen.violations];
  const require = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  const requireError = (kind: ErrorKind): void =>
    require(wordsOf(kind, client).test(seen.error), `the error is "${seen.error}", no ${kind}`);

  if (sees.type === 'refusal') {
    // Where only the sum of the calls is known, any of them may have been the last.
    const lasts = outcome.isSum === true ? placed : placed.slice(-1);
    const statuses = new Set(lasts.map(({ dialect }) => statusOf(sees.status, { client, dialect })));
    require(statuses.has(seen.status), `the status is ${seen.status}, not ${[...statuses].join(' or ')}`);
    requireError(sees.error);
    const after = Number(seen.headers.get('retry-after') ?? Number.NaN);
    const [from, to] = sees.retryAfter ?? [undefined, undefined];
    if (from !== undefined) require(after >= from && after <= to, `Retry-After is ${after}, not ${from} to ${to}`);
    return problems;
  }

  require(seen.status === 200, `the status is ${seen.status} (${seen.error})`);
  if (seen.status !== 200) return problems;
  require(seen.ids.length === 1, `the ids are ${seen.ids.join(', ')}`);
  require(seen.models.length === 1, `the models are ${seen.models.join(', ')}`);
  if (sees.type === 'broken stream') {
    require(stream, 'is no stream');
    requireError(sees.error);
    require(seen.text !== '' && WHOLE_TEXT.startsWith(seen.text), `the text is ${JSON.stringify(seen.text)}`);
    return problems;
  }
  require(seen.error === '', `the error is "${seen.error}"`);
  require(seen.usages.length === 1, `the usage is told ${seen.usages.length} times`);
  if (sees.type === 'filtered answer') {
    require(/filter|refusal|SAFETY|PROHIBITED/i.test(seen.finish), `the finish is "${seen.finish}"`);
    return problems;
  }
  require(/^(stop|end_turn|STOP|completed)$/.test(seen.finish), `the finish is "${seen.finish}"`);
  if (sees.type === 'other answer') return problems;
  require(seen.text === WHOLE_TEXT, `the text is ${JSON.stringify(seen.text)}`);
  const [usage = { input: 0, output: 0 }] = seen.usages;
  // What several upstreams said of one stream is partly estimated; a whole answer comes from one.
  const isTold = stream
    ? usage.output > 0 && usage.output <= 2 * USAGE.output
    : usage.input === USAGE.input && usage.output === USAGE.output;
  require(isTold, `the usage is ${JSON.stringify(usage)}`);
  return problems;
}
