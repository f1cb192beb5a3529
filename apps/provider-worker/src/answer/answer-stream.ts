import {
  GatewayError,
  isContentEvent,
  isMeant,
  toGatewayError,
  type GatewayErrorData,
  type StreamEvent,
} from '@switchyard/canonical';
import {
  inUpstreamWords,
  renameBlock,
  StreamTranslator,
  type StreamReader,
  type StreamStep,
} from '@switchyard/dialects';
import type { RescueState } from '@switchyard/wire';

import type { Answer } from '../call/call-upstream.js';
import { createPassage } from '../rescue/passage.js';
import type { AnswerContext } from './answer-context.js';
import { hideSecret } from './hide-secret.js';
import { StreamOutlet } from './stream-outlet.js';

/** How long an upstream that has said everything may take to close its answer, which keeps the connection usable. */
const TRAILING_MS = 1_000;

/** Hands a chat's event stream to the client, and says why it failed if it did. */
export function answerStream(context: AnswerContext, answer: Answer): Promise<GatewayErrorData | undefined> {
  const { open, upstream, report } = context;
  const { answerModel } = open;
  const passage = createPassage(context);
  const translator = new StreamTranslator({
    upstream,
    encoder: passage.encoder,
    gate: passage.gate,
    rewrite: answerModel === undefined ? undefined : (block) => renameBlock(upstream.id, block, answerModel),
    toolNames: context.encoded.toolNames,
    observe: observer(context),
  });
  report.answerLoses(() => inUpstreamWords(upstream.id, translator.warnings));
  return streamAnswer(context, answer, { reader: translator, handBack: () => passage.handBack() });
}

/** A replayed answer may take long to come to what the client lacks; its upstream is not silent while it does. */
function observer({ report, deadlines, resumed }: AnswerContext): (event: StreamEvent) => void {
  if (resumed === undefined) return (event) => report.observe(event);
  return (event) => {
    report.observe(event);
    if (!isContentEvent(event)) return;
    deadlines.contentCame();
    report.contentCame();
  };
}

export interface StreamParts {
  readonly reader: StreamReader;
  /** What another attempt needs to go on with the stream, should it die. */
  readonly handBack?: (() => RescueState | undefined) | undefined;
}

/**
 * Hands an event stream to the client as `reader` reads it. Before the first content a failure leaves no trace; after it,
 * the client has been told in its dialect, unless the report has what another attempt needs to go on.
 */
export async function streamAnswer(
  context: AnswerContext,
  answer: Answer,
  { reader, handBack }: StreamParts,
): Promise<GatewayErrorData | undefined> {
  const outlet = new StreamOutlet(context, answer.headers);
  const chunks = answer.body[Symbol.asyncIterator]();
  const fail = (failure: GatewayErrorData): void => {
    void leave(chunks);
    if (context.deadlines.cancelled || !outlet.committed) return;
    context.report.rescue = mayGoOn(failure) ? handBack?.() : undefined;
    if (context.report.rescue === undefined) outlet.fail(hideSecret(failure, context.target.secret));
  };
  try {
    const failure = await relay({ context, reader, outlet, chunks });
    if (failure !== undefined) fail(failure);
    else {
      void readTrailing(chunks);
      await outlet.end();
    }
    return failure;
  } catch (thrown) {
    const error = context.deadlines.reason ?? toGatewayError(thrown);
    fail(error.toData());
    throw error;
  }
}

/** What is out of time cannot be gone on with, and what broke within this worker may have left any state behind. */
function mayGoOn({ code }: GatewayErrorData): boolean {
  return code !== 'total_deadline' && code !== 'internal';
}

interface Relay {
  readonly context: AnswerContext;
  readonly reader: StreamReader;
  readonly outlet: StreamOutlet;
  readonly chunks: AsyncIterator<Buffer>;
}

async function relay(parts: Relay): Promise<GatewayErrorData | undefined> {
  const { context, reader, outlet, chunks } = parts;
  for (;;) {
    let next: IteratorResult<Buffer> | undefined;
    let last: StreamStep | undefined;
    try {
      const coming = chunks.next();
      next = await (outlet.committed ? coming : context.report.waitFor(coming));
    } catch (thrown) {
      last = lastStep(parts, thrown);
    }
    const step = last ?? (next === undefined || next.done ? reader.end() : reader.push(next.value));
    const behind = outlet.write(step.bytes, step.content);
    if (behind !== undefined) await behind;
    if (step.error !== undefined) return step.error;
    if (step.ended) return outlet.committed ? undefined : finishEmpty(parts);
  }
}

/** What the stream amounts to when its connection broke: a break after the terminal proof has broken nothing. */
function lastStep({ context, reader }: Relay, thrown: unknown): StreamStep {
  const last = context.deadlines.signal.aborted ? undefined : reader.end();
  if (last?.ended) return last;
  throw thrown;
}

/** A stream that came to its end without content: handed on where the model meant that, else a fault. */
async function finishEmpty({ context, outlet }: Relay): Promise<GatewayErrorData | undefined> {
  if (context.report.finish === undefined || !isMeant(context.report.usage)) {
    return new GatewayError('upstream_malformed', 'the upstream ended its stream without any content in it').toData();
  }
  await outlet.release();
  return undefined;
}

/** Reads what follows the end of a stream, in the background: an answer that is left early costs its connection. */
async function readTrailing(chunks: AsyncIterator<Buffer>): Promise<void> {
  const timer = setTimeout(() => void leave(chunks), TRAILING_MS);
  timer.unref();
  try {
    while (!(await chunks.next()).done);
  } catch {
    // The client has its whole answer: how the connection ended concerns nobody.
  } finally {
    clearTimeout(timer);
  }
}

/** Gives the connection up. */
async function leave(chunks: AsyncIterator<Buffer>): Promise<void> {
  try {
    await chunks.return?.();
  } catch {
    // It is given up already.
  }
}
