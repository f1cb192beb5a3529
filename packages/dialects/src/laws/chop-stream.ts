import { unfoldResponse, type CanonicalResponse, type StreamEvent } from '@switchyard/canonical';

type BlockEvent = Extract<StreamEvent, { readonly index: number }>;

/** Numbers from 0 up to `below`, the same ones for the same seed. */
export function createDice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * The answer as a provider might stream it: every text in pieces, tool calls next to each other interleaved, pings between.
 */
export function chopStream(response: CanonicalResponse, seed: number): StreamEvent[] {
  const roll = createDice(seed);
  const events = unfoldResponse(response).flatMap((event) => chopEvent(event, roll));
  const chopped: StreamEvent[] = [];
  let run: BlockEvent[] = [];
  for (const event of events) {
    if (event.type === 'tool-call-start' || event.type === 'tool-call-delta' || event.type === 'tool-call-end') {
      run.push(event);
      continue;
    }
    chopped.push(...interleave(run, roll), event);
    run = [];
    if (event.type !== 'end' && roll(8) === 0) chopped.push({ type: 'ping' });
  }
  return chopped;
}

function chopEvent(event: StreamEvent, roll: (below: number) => number): StreamEvent[] {
  switch (event.type) {
    case 'text-delta':
    case 'refusal-delta':
      return chopText(event, roll);
    case 'reasoning-delta':
      return pieces(event.text, roll).map((text) => ({ ...event, text }));
    case 'tool-call-delta':
      return pieces(event.argumentsText, roll).map((argumentsText) => ({ ...event, argumentsText }));
    default:
      return [event];
  }
}

type TextDelta = Extract<StreamEvent, { type: 'text-delta' | 'refusal-delta' }>;

/** Each piece brings the probabilities of the next token, the last one those that are left. */
function chopText({ logprobs, ...event }: TextDelta, roll: (below: number) => number): StreamEvent[] {
  const texts = pieces(event.text, roll);
  return texts.map((text, index): TextDelta => {
    const told = logprobs?.slice(index, index === texts.length - 1 ? undefined : index + 1);
    return told === undefined || told.length === 0 ? { ...event, text } : { ...event, text, logprobs: told };
  });
}

function pieces(text: string, roll: (below: number) => number): string[] {
  const cut: string[] = [];
  for (let start = 0; start < text.length;) {
    const length = 1 + roll(5);
    cut.push(text.slice(start, start + length));
    start += length;
  }
  return cut;
}

/** The blocks begin in their order, as the grammar requires; after that any of them may go on. */
function interleave(run: readonly BlockEvent[], roll: (below: number) => number): BlockEvent[] {
  const blocks = Map.groupBy(run, (event) => event.index);
  const waiting = [...blocks.values()];
  const open: BlockEvent[][] = [];
  const mixed: BlockEvent[] = [];
  while (waiting.length + open.length > 0) {
    const startsNext = open.length === 0 || (waiting.length > 0 && roll(3) === 0);
    const begun = startsNext ? waiting.shift() : undefined;
    if (begun !== undefined) open.push([...begun]);
    const place = begun === undefined ? roll(open.length) : open.length - 1;
    const event = open[place]?.shift();
    if (event !== undefined) mixed.push(event);
    if (open[place]?.length === 0) open.splice(place, 1);
  }
  return mixed;
}
