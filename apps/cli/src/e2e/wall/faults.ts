import {
  BROKEN_BODY,
  BROKEN_CHUNK,
  cutInCall,
  empty,
  ERROR_BODY,
  ERROR_EVENT,
  failing,
  filtered,
  first,
  flapping,
  healthy,
  interruptedAfter,
  interruptedBefore,
  nothing,
  refusingPrefill,
  resetting,
  sayingOtherwise,
  silent,
  slow,
  stopping,
  tooLong,
  underAnotherName,
  unproven,
  type Behaviour,
} from './upstreams.js';

/** One upstream behind a name, in the order in which the name's alias lists them. */
export interface Target {
  readonly does: Behaviour;
  /** Whether its provider goes on with an answer that was begun for it. */
  readonly canPrefill?: boolean;
  readonly contextLength?: number;
  /** Keys of a credential's entry in the configuration, such as its deadlines. */
  readonly entry?: string;
  /** The same model as the target before, with another credential. */
  readonly isSameModel?: boolean;
}

export type ErrorKind =
  | 'rate limit'
  | 'cooling'
  | 'overloaded'
  | 'timeout'
  | 'broken'
  | 'server error'
  | 'context'
  | 'filter';

/** What a client sees, and how often each upstream is called for it. */
export interface Outcome {
  readonly calls: readonly number[];
  /** Which of them were called in later rounds depends on whose cooldown ends first: their sum counts. */
  readonly isSum?: boolean;
  readonly sees:
    /** The complete text once, with one id, one model's name and its usage once. */
    | { readonly type: 'answer' }
    /** Another text than the usual one. */
    | { readonly type: 'other answer' }
    /** A proper end that says that the content was refused. */
    | { readonly type: 'filtered answer' }
    /** A part of the text, and an error as the stream's last event. */
    | { readonly type: 'broken stream'; readonly error: ErrorKind }
    | { readonly type: 'refusal'; readonly status: number; readonly error: ErrorKind; readonly retryAfter?: Range };
}

/** Seconds. */
type Range = readonly [from: number, to: number];

export interface Fault {
  readonly name: string;
  readonly targets: readonly Target[];
  readonly streamed: Outcome;
  readonly whole: Outcome;
  /** The same request at once again. */
  readonly again?: Outcome;
  /** Where an upstream of Gemini's dialect tells of the fault with status 200. */
  readonly ofGemini?: Outcome;
  /** Where it is held against a credential with all its models, so that each case needs its own. */
  readonly isAccountWide?: boolean;
  /** Of the client's request. */
  readonly headers?: Readonly<Record<string, string>>;
}

const HEALTHY: Target = { does: healthy };
const PREFILLED: Target = { does: healthy, canPrefill: true };
// Before a whole answer nothing can be told of its progress, so that only the total bounds the wait.
const SHORT = 'deadlines: { headers: 500ms, first-content: 500ms, idle: 500ms, total: 1s }';

const answer = (...calls: readonly number[]): Outcome => ({ calls, sees: { type: 'answer' } });
const broken = (error: ErrorKind, ...calls: readonly number[]): Outcome => ({
  calls,
  sees: { type: 'broken stream', error },
});
const refusal = (
  status: number,
  error: ErrorKind,
  { calls, retryAfter }: { readonly calls: readonly number[]; readonly retryAfter?: Range },
): Outcome => ({ calls, sees: { type: 'refusal', status, error, ...(retryAfter && { retryAfter }) } });

const both = (outcome: Outcome): Pick<Fault, 'streamed' | 'whole'> => ({ streamed: outcome, whole: outcome });

/** A fault of the first upstream that is over for the client when the second one answers. */
const passedOver = (name: string, does: Behaviour, entry = ''): Fault => ({
  name,
  targets: [{ does, entry }, HEALTHY],
  ...both(answer(1, 1)),
});

const REFUSALS: readonly Fault[] = [
  {
    name: '429 with Retry-After',
    targets: [{ does: failing(429, { 'retry-after': '20' }) }, HEALTHY],
    ...both(answer(1, 1)),
    again: answer(0, 1),
    isAccountWide: true,
  },
  {
    name: '429 with Retry-After, no fallback',
    targets: [{ does: failing(429, { 'retry-after': '20' }) }],
    ...both(refusal(429, 'rate limit', { calls: [1], retryAfter: [20, 20] })),
    again: refusal(429, 'cooling', { calls: [0], retryAfter: [1, 20] }),
    isAccountWide: true,
  },
  { ...passedOver('429 without Retry-After', failing(429)), isAccountWide: true },
  {
    name: '429 without Retry-After, no fallback',
    targets: [{ does: failing(429) }],
    ...both(refusal(429, 'rate limit', { calls: [1], retryAfter: [1, 60] })),
    isAccountWide: true,
  },
  passedOver('500 once', first(1, failing(500))),
  {
    name: '500 once, no fallback, one round more',
    targets: [{ does: first(1, failing(500)), entry: 'request-retry: 1' }],
    ...both(answer(2)),
  },
  {
    name: '503 for ever, everywhere',
    targets: [{ does: failing(503) }, { does: failing(503) }],
    ...both(refusal(503, 'overloaded', { calls: [1, 1] })),
  },
  {
    name: '503 for ever, everywhere, two rounds more',
    targets: [
      { does: failing(503), entry: 'request-retry: 2' },
      { does: failing(503), entry: 'request-retry: 2' },
    ],
    ...both({ ...refusal(503, 'overloaded', { calls: [1, 3] }), isSum: true }),
  },
  { ...passedOver('the key is refused', failing(401)), again: answer(0, 1), isAccountWide: true },
];

const SILENCES: readonly Fault[] = [
  passedOver('reset before the headers', resetting),
  passedOver('silence', silent, SHORT),
  {
    name: 'silence, no fallback',
    targets: [{ does: silent, entry: SHORT }],
    ...both(refusal(504, 'timeout', { calls: [1] })),
  },
  {
    name: 'a slow first token, in time',
    targets: [{ does: slow(150) }, HEALTHY],
    ...both(answer(1, 0)),
  },
  passedOver('a slow first token, too late', slow(4_000), SHORT),
];

/** In a stream the second upstream goes on; a whole answer is asked of it anew. */
const rescued = (name: string, does: Behaviour, entry = ''): readonly Fault[] => [
  { name: `${name}; the fallback goes on`, targets: [{ does, entry }, PREFILLED], ...both(answer(1, 1)) },
  { name: `${name}; the fallback repeats`, targets: [{ does, entry }, HEALTHY], ...both(answer(1, 1)) },
];

const BREAKS: readonly Fault[] = [
  ...rescued('stream cut in the middle', stopping('cut')),
  {
    name: 'stream cut in the middle; the fallback says something else',
    targets: [{ does: stopping('cut') }, { does: sayingOtherwise }],
    streamed: broken('broken', 1, 1),
    whole: { calls: [1, 1], sees: { type: 'other answer' } },
  },
  {
    name: 'stream cut in the middle, no fallback',
    targets: [{ does: stopping('cut') }],
    streamed: broken('broken', 1),
    whole: refusal(502, 'broken', { calls: [1] }),
  },
  {
    name: 'stream cut in the middle; the client wants no rescue',
    targets: [{ does: stopping('cut') }, PREFILLED],
    headers: { 'x-switchyard-no-rescue': 'true' },
    streamed: broken('broken', 1, 0),
    whole: answer(1, 1),
  },
  {
    name: 'stream cut in a tool call',
    targets: [{ does: cutInCall }, HEALTHY],
    streamed: broken('broken', 1, 0),
    whole: answer(1, 1),
  },
  ...rescued('stall in the middle', stopping('stall'), SHORT),
  passedOver('a malformed chunk before content', interruptedBefore(BROKEN_CHUNK, BROKEN_BODY)),
  ...rescued('a malformed chunk after content', interruptedAfter(BROKEN_CHUNK, BROKEN_BODY)),
  ...rescued('no terminal marker', unproven),
  passedOver('an error inside a 200 before content', interruptedBefore(ERROR_EVENT, ERROR_BODY)),
  ...rescued('an error inside a 200 after content', interruptedAfter(ERROR_EVENT, ERROR_BODY)),
  {
    name: 'stream cut in the middle; the fallback refuses prefill',
    targets: [{ does: stopping('cut') }, { does: refusingPrefill, canPrefill: true }],
    // Once to go on, and once for the whole.
    streamed: answer(1, 2),
    whole: answer(1, 1),
  },
];

const ANSWERS: readonly Fault[] = [
  {
    name: 'context length, no larger model',
    targets: [
      { does: tooLong, contextLength: 8_192 },
      { does: healthy, contextLength: 8_192 },
    ],
    ...both(refusal(400, 'context', { calls: [1, 0] })),
  },
  {
    name: 'context length, a larger model',
    targets: [
      { does: tooLong, contextLength: 8_192 },
      { does: healthy, contextLength: 200_000 },
    ],
    ...both(answer(1, 1)),
  },
  {
    name: 'content filter, the same model elsewhere',
    targets: [{ does: filtered }, { does: healthy, isSameModel: true }],
    ...both(refusal(400, 'filter', { calls: [1, 0] })),
    ofGemini: { calls: [1, 0], sees: { type: 'filtered answer' } },
  },
  {
    name: 'content filter, another model',
    targets: [{ does: filtered }, HEALTHY],
    ...both(answer(1, 1)),
    ofGemini: { calls: [1, 0], sees: { type: 'filtered answer' } },
  },
  {
    name: 'the fallback answers under another name',
    targets: [{ does: failing(500) }, { does: underAnotherName }],
    ...both(answer(1, 1)),
  },
  {
    name: 'stream cut in the middle; the fallback goes on under another name',
    targets: [{ does: stopping('cut') }, { does: underAnotherName, canPrefill: true }],
    ...both(answer(1, 1)),
  },
  passedOver('an empty answer', empty),
  passedOver('an answer without a byte', nothing),
  {
    name: 'an empty answer, no fallback',
    targets: [{ does: empty }],
    ...both(refusal(502, 'broken', { calls: [1] })),
  },
];

/** The wall: what goes wrong upstream, and what a client sees of it. */
export const FAULTS: readonly Fault[] = [...REFUSALS, ...SILENCES, ...BREAKS, ...ANSWERS];

/** Well and unwell by turns, half a second each. */
export const FLAPPING: Fault = passedOver('flapping', flapping(500));
