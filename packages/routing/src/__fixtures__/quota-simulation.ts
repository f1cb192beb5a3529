import type { Headroom, Quota } from '@switchyard/canonical';

import { choose } from '../choose/choose.js';
import type { RoutingState } from '../choose/routing-state.js';
import { afterFailure, type HealthRecord } from '../health/health-record.js';
import type { Candidate } from '../resolve/candidate.js';
import { candidate, resolutionOf, stateOf } from './routing-state.js';

/**
 * A day of gateways and accounts, in steps of a millisecond. Buckets fill evenly, up to a minute's worth, as OpenAI's and
 * Anthropic's do; an answer's headers tell what was left when its request came in, and reach the gateway that asked with
 * the answer and the others 50 to 100 ms later, and so does a cooldown.
 */
export interface SimulationOptions {
  readonly accounts: readonly Account[];
  readonly policy: Policy;
  readonly seed: number;
  readonly minutes: number;
  /** Share of what all accounts together can take. */
  readonly load: number;
  readonly replicas: number;
  /** How long an answer goes on after its headers, at most: the gateway hears of them at its end. */
  readonly answersForMs: number;
}

export interface Account {
  readonly id: string;
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
}

/** How a replica chooses: blind but for cooldowns, by what providers tell, or knowing every bucket. */
export type Policy = 'cooldown-only' | 'headroom' | 'oracle';

export interface SimulatedDay {
  readonly requests: number;
  readonly served: number;
  /** Attempts that were refused. */
  readonly refused: number;
  /** Of those, the attempts that another account would have taken at that moment. */
  readonly avoidable: number;
  /** Requests that no account took. */
  readonly lost: number;
}

interface Request {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

class Bucket {
  private atMs = 0;
  // A day in the middle of others: nobody has a minute's worth saved up.
  private level: number;

  constructor(private readonly limit: number) {
    this.level = limit / 10;
  }

  left(nowMs: number): number {
    return Math.min(this.limit, this.level + (this.limit * (nowMs - this.atMs)) / 60_000);
  }

  take(amount: number, nowMs: number): void {
    this.level = this.left(nowMs) - amount;
    this.atMs = nowMs;
  }

  quota(nowMs: number): Quota {
    const left = this.left(nowMs);
    const missing = this.limit - left;
    return { remaining: Math.floor(left), limit: this.limit, resetAtMs: nowMs + (missing * 60_000) / this.limit };
  }

  /** Until so much is left, in milliseconds. */
  waitMs(amount: number, nowMs: number): number {
    return Math.max(0, ((amount - this.left(nowMs)) * 60_000) / this.limit);
  }
}

class Provider {
  private readonly requests: Bucket;
  private readonly tokens: Bucket;

  constructor({ requestsPerMinute, tokensPerMinute }: Account) {
    this.requests = new Bucket(requestsPerMinute);
    this.tokens = new Bucket(tokensPerMinute);
  }

  takes({ inputTokens, outputTokens }: Request, nowMs: number): boolean {
    return this.requests.left(nowMs) >= 1 && this.tokens.left(nowMs) >= inputTokens + outputTokens;
  }

  take({ inputTokens, outputTokens }: Request, nowMs: number): void {
    this.requests.take(1, nowMs);
    this.tokens.take(inputTokens + outputTokens, nowMs);
  }

  headroom(nowMs: number): Headroom {
    return { requests: this.requests.quota(nowMs), tokens: this.tokens.quota(nowMs), observedAtMs: nowMs };
  }

  retryAfterMs({ inputTokens, outputTokens }: Request, nowMs: number): number {
    const waitMs = Math.max(this.requests.waitMs(1, nowMs), this.tokens.waitMs(inputTokens + outputTokens, nowMs));
    return Math.max(1, Math.ceil(waitMs));
  }
}

interface Replica extends RoutingState {
  readonly records: Map<string, HealthRecord>;
  readonly headrooms: Map<string, Headroom>;
}

const TYPICAL_TOKENS = 1_200;

/** Lets the replicas serve a day's requests, which come at random. */
export function simulate(options: SimulationOptions): SimulatedDay {
  return new Simulation(options).run();
}

class Simulation {
  private readonly random: () => number;
  /** Of its own, so that every policy meets the same requests. */
  private readonly arrivals: () => number;
  private readonly providers: ReadonlyMap<string, Provider>;
  private readonly candidates: readonly Candidate[];
  private readonly replicas: readonly Replica[];
  private readonly later = new Map<number, (() => void)[]>();
  private readonly day = { requests: 0, served: 0, refused: 0, avoidable: 0, lost: 0 };

  constructor(private readonly options: SimulationOptions) {
    const { accounts, policy, replicas, seed } = options;
    this.random = randomFrom(seed);
    this.arrivals = randomFrom(seed + 1_000);
    this.providers = new Map(accounts.map((account) => [account.id, new Provider(account)]));
    this.candidates = accounts.map(({ id }) => candidate(id));
    this.replicas = Array.from({ length: replicas }, () => {
      const state = stateOf({ replicas });
      return { ...state, takeProbe: () => true, headroom: policy === 'headroom' ? state.headroom : () => undefined };
    });
  }

  run(): SimulatedDay {
    const perMs = (this.capacityPerMinute() * this.options.load) / 60_000;
    let nextMs = 0;
    for (let nowMs = 0; nowMs < this.options.minutes * 60_000; nowMs += 1) {
      for (const task of this.later.get(nowMs) ?? []) task();
      this.later.delete(nowMs);
      while (nextMs <= nowMs) {
        this.serve(this.request(), nowMs);
        // Waves of 20 seconds, by a half up and down.
        const wave = 1 + Math.sin((nowMs * 2 * Math.PI) / 20_000) / 2;
        nextMs += -Math.log(1 - this.arrivals()) / (perMs * wave);
      }
    }
    return this.day;
  }

  private capacityPerMinute(): number {
    return this.options.accounts.reduce(
      (sum, { requestsPerMinute, tokensPerMinute }) =>
        sum + Math.min(requestsPerMinute, tokensPerMinute / TYPICAL_TOKENS),
      0,
    );
  }

  private request(): Request {
    // 200 to 2,200 tokens, 1,200 on average.
    const [input, output] = [this.arrivals(), this.arrivals()];
    return { inputTokens: Math.round(100 + input * 1_600), outputTokens: Math.round(100 + output * 400) };
  }

  private serve(request: Request, nowMs: number): void {
    this.day.requests += 1;
    const replica = this.replicas[Math.floor(this.arrivals() * this.replicas.length)];
    if (replica === undefined) return;
    for (const chosen of this.ordered(replica, request, nowMs)) {
      if (this.attempt({ replica, chosen, request, nowMs })) return;
    }
    this.day.lost += 1;
  }

  private ordered(replica: Replica, request: Request, nowMs: number): readonly Candidate[] {
    if (this.options.policy === 'oracle') {
      return this.candidates.filter(({ credential }) => this.providers.get(credential.id)?.takes(request, nowMs));
    }
    return choose({
      resolution: resolutionOf(this.candidates),
      state: replica,
      strategy: 'round-robin',
      nowMs,
      random: this.random,
      estimate: request,
    }).candidates;
  }

  /** Whether it was served. */
  private attempt({ replica, chosen, request, nowMs }: Attempt): boolean {
    const provider = this.providers.get(chosen.credential.id);
    if (provider === undefined) return false;
    const flight = replica.loads.start(chosen, { nowMs, ...request });
    const isServed = provider.takes(request, nowMs);
    if (isServed) {
      provider.take(request, nowMs);
      this.day.served += 1;
    } else {
      this.count(request, nowMs);
    }
    // What is left is told as of the request, and heard with the answer: a refusal comes at once.
    const answerMs = isServed ? nowMs + 150 + Math.floor(this.random() * 450) : nowMs + 20;
    const told = { ...provider.headroom(nowMs), observedAtMs: answerMs };
    const endMs = isServed ? answerMs + Math.floor(this.random() * this.options.answersForMs) : answerMs;
    const retryAfterMs = isServed ? undefined : provider.retryAfterMs(request, nowMs);
    if (isServed) this.at(answerMs, () => flight.firstContent(answerMs));
    this.at(endMs, () => flight.end());
    for (const one of this.replicas) {
      const heardMs = one === replica ? endMs : endMs + 50 + Math.floor(this.random() * 50);
      this.at(heardMs, () => hear(one, chosen, { told, retryAfterMs, nowMs: heardMs }));
    }
    return isServed;
  }

  private count(request: Request, nowMs: number): void {
    this.day.refused += 1;
    if ([...this.providers.values()].some((provider) => provider.takes(request, nowMs))) this.day.avoidable += 1;
  }

  private at(atMs: number, task: () => void): void {
    const tasks = this.later.get(atMs);
    if (tasks === undefined) this.later.set(atMs, [task]);
    else tasks.push(task);
  }
}

interface Attempt {
  readonly replica: Replica;
  readonly chosen: Candidate;
  readonly request: Request;
  readonly nowMs: number;
}

interface News {
  readonly told: Headroom;
  readonly retryAfterMs: number | undefined;
  readonly nowMs: number;
}

function hear(replica: Replica, { scope }: Candidate, { told, retryAfterMs, nowMs }: News): void {
  const known = replica.headrooms.get(scope);
  if (known === undefined || known.observedAtMs < told.observedAtMs) replica.headrooms.set(scope, told);
  if (retryAfterMs === undefined) {
    const record = replica.records.get(scope);
    if (record !== undefined && record.untilMs <= nowMs) replica.records.delete(scope);
    return;
  }
  const failure = {
    scope,
    state: 'cooling',
    code: 'upstream_rate_limited',
    hintMs: retryAfterMs,
    baseMs: 1_000,
    capMs: 900_000,
  } as const;
  replica.records.set(scope, afterFailure(replica.records.get(scope), failure, nowMs));
}

/** A reproducible stream of numbers in [0, 1). (mulberry32) */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
