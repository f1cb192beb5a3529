import type { Answer, Sample } from '@switchyard/testkit';
import type { AttemptOpen, Resume } from '@switchyard/wire';

import { isStreamSoFar, type StreamSoFar } from '../rescue/stream-so-far.js';
import { startHarness, type AttemptInput, type AttemptOutcome, type Harness } from './attempt-harness.js';
import { UPSTREAMS, type StreamClient, type StreamUpstream } from './resumed-streams.js';

export const PIECES = ['Hello', ' from ', 'a', 'n upstream:\n', '\n1. é🚂', ' and', ' more.'];
/** What every upstream has to say. */
export const WHOLE = PIECES.join('');

type AttemptChanges = Partial<AttemptOpen> &
  Pick<AttemptInput, 'signal' | 'onData'> & {
    /** Fields of the client's body. */
    readonly request?: Readonly<Record<string, unknown>>;
  };

/** A worker in front of one upstream of each dialect. */
export class RescueHarness {
  readonly #harnesses = new Map<string, Harness>();

  static async start(): Promise<RescueHarness> {
    const made = new RescueHarness();
    for (const { provider } of UPSTREAMS) made.#harnesses.set(provider, await startHarness({ provider }));
    return made;
  }

  async close(): Promise<void> {
    for (const harness of this.#harnesses.values()) await harness.close();
  }

  of({ provider }: StreamUpstream): Harness {
    const harness = this.#harnesses.get(provider);
    if (harness === undefined) throw new Error(`no harness for ${provider}`);
    return harness;
  }

  /** An attempt that may be rescued, which the upstream answers so. */
  attempt(
    { upstream, client, answer }: { upstream: StreamUpstream; client: StreamClient; answer: Answer },
    { request = {}, signal, onData, ...open }: AttemptChanges = {},
  ): Promise<AttemptOutcome> {
    const harness = this.of(upstream);
    harness.upstream.script(answer);
    return harness.run({
      open: { ...client.open, stream: true, rescuable: true, model: upstream.model, ...open },
      body: JSON.stringify({ ...client.request, ...request }),
      ...(signal !== undefined && { signal }),
      ...(onData !== undefined && { onData }),
    });
  }

  /** An attempt that goes on with a stream, and that the upstream answers as the way to go on asks for. */
  resume(
    parts: { readonly upstream: StreamUpstream; readonly client: StreamClient; readonly first: AttemptOutcome },
    how: Resume['how'],
    changes: AttemptChanges & { readonly sample?: Sample } = {},
  ): Promise<AttemptOutcome> {
    const { upstream, client, first } = parts;
    const { sample, ...open } = changes;
    const payloads = upstream.payloads({ ...secondSample(how, soFarOf(first)), ...sample });
    const resume = resumeOf(first, how);
    return this.attempt({ upstream, client, answer: { type: 'stream', payloads } }, { ordinal: 2, resume, ...open });
  }
}

/** What was handed back, as it comes out of the wire. */
export function soFarOf({ end }: AttemptOutcome): StreamSoFar {
  const state: unknown = JSON.parse(JSON.stringify(end.rescue?.state ?? null));
  if (!isStreamSoFar(state)) throw new Error(`nothing to go on from: ${JSON.stringify(end)}`);
  return state;
}

export function resumeOf(first: AttemptOutcome, how: Resume['how']): Resume {
  return { how, state: { hasToolCalls: false, isStructured: false, state: soFarOf(first) } };
}

/** What the second upstream says, which is another one and cuts its text otherwise. */
export function secondSample(how: Resume['how'], soFar: StreamSoFar): Sample {
  const said = how === 'replay' ? WHOLE : WHOLE.slice(soFar.text.trimEnd().length);
  return { id: 'second', pieces: inPiecesOf(4, said), model: 'second-model', inputTokens: 40, outputTokens: 30 };
}

export function inPiecesOf(size: number, text: string): readonly string[] {
  const characters = [...text];
  return characters.flatMap((_, at) => (at % size === 0 ? [characters.slice(at, at + size).join('')] : []));
}
