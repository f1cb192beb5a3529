import { GatewayError, toGatewayError, type GatewayErrorData } from '@switchyard/canonical';
import { inUpstreamWords, StreamTranslator, type StreamReader, type StreamStep } from '@switchyard/dialects';

import type { Answer } from '../call/call-upstream.js';
import { answerOptions, type AnswerContext } from './answer-context.js';
import { hideSecret } from './hide-secret.js';
import { StreamOutlet } from './stream-outlet.js';

/** How long an upstream that has said everything may take to close its answer, which keeps the connection usable. */
const TRAILING_MS = 1_000;

/** Hands a chat's event stream to the client, and says why it failed if it did. */
export function answerStream(context: AnswerContext, answer: Answer): Promise<GatewayErrorData | undefined> {
  const { client, upstream, report } = context;
  const { toolNames } = context.encoded;
  const isSame = client.id === upstream.id && toolNames.size === 0;
  const translator = new StreamTranslator({
    upstream,
    encoder: isSame ? undefined : client.createStreamEncoder(answerOptions(context)),
    toolNames,
    observe: (event) => report.observe(event),
  });
  report.answerLoses(() => inUpstreamWords(upstream.id, translator.warnings));
  return streamAnswer(context, answer, translator);
}

/**
 * Hands an event stream to the client as `reader` reads it. Before the first content a failure leaves no trace; after it,
 * the client has been told in its dialect.
 */
export async function streamAnswer(
  context: AnswerContext,
  answer: Answer,
  reader: StreamReader,
): Promise<GatewayErrorData | undefined> {
  const outlet = new StreamOutlet(context, answer.headers);
  const chunks = answer.body[Symbol.asyncIterator]();
  const fail = (failure: GatewayErrorData): void => {
    void leave(chunks);
    if (!context.deadlines.cancelled) outlet.fail(hideSecret(failure, context.target.secret));
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

interface Relay {
  readonly context: AnswerContext;
  readonly reader: StreamReader;
  readonly outlet: StreamOutlet;
  readonly chunks: AsyncIterator<Buffer>;
}

async function relay(parts: Relay): Promise<GatewayErrorData | undefined> {
  const { outlet } = parts;
  for (;;) {
    const step = await nextStep(parts);
    const behind = outlet.write(step.bytes, step.content);
    if (behind !== undefined) await behind;
    if (step.error !== undefined) return step.error;
    if (step.ended) return outlet.committed ? undefined : emptyStream();
  }
}

async function nextStep({ context, reader, outlet, chunks }: Relay): Promise<StreamStep> {
  let next: IteratorResult<Buffer>;
  try {
    const coming = chunks.next();
    next = await (outlet.committed ? coming : context.report.waitFor(coming));
  } catch (thrown) {
    // A connection that breaks after the terminal proof has broken nothing.
    const last = context.deadlines.signal.aborted ? undefined : reader.end();
    if (last?.ended) return last;
    throw thrown;
  }
  return next.done ? reader.end() : reader.push(next.value);
}

function emptyStream(): GatewayErrorData {
  return new GatewayError('upstream_malformed', 'the upstream ended its stream without any content in it').toData();
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
