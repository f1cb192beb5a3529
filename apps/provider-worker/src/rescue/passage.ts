import type { StreamEncoder, StreamGate } from '@switchyard/dialects';
import type { RescueState } from '@switchyard/wire';

import { answerOptions, type AnswerContext } from '../answer/answer-context.js';
import { handBack } from './hand-back.js';
import { HoldingEncoder } from './holding-encoder.js';
import { PassGate } from './pass-gate.js';
import { SentEvents } from './sent-events.js';
import { Splice } from './splice.js';

/** How the events of a stream come to the client. */
export interface Passage {
  /** Undefined where the upstream's own bytes are handed on. */
  readonly encoder: StreamEncoder | undefined;
  readonly gate?: StreamGate | undefined;
  /** What another attempt needs to go on with the stream as far as the client has it. Undefined where none is to, or can. */
  handBack(): RescueState | undefined;
}

/** The upstream's own bytes, unless they have to be written anew. */
export function createPassage(context: AnswerContext): Passage {
  const { open, client, upstream, encoded, resumed } = context;
  const sent = open.rescuable ? new SentEvents(resumed) : undefined;
  if (client.id === upstream.id && encoded.toolNames.size === 0 && resumed === undefined) {
    const gate = sent && new PassGate(sent);
    return {
      encoder: undefined,
      gate,
      handBack: () => sent && handBack({ context, sent, encoder: undefined, last: gate?.last }),
    };
  }
  return createEncodedPassage(context, sent);
}

/** For what is written anew in any case, such as an answer that did not come as a stream. */
export function createEncodedPassage(
  context: AnswerContext,
  sent: SentEvents | undefined = context.open.rescuable ? new SentEvents(context.resumed) : undefined,
): Passage & { readonly encoder: StreamEncoder } {
  const { open, client, resumed } = context;
  const encoder = client.createStreamEncoder(answerOptions(context), resumed?.encoder);
  if (sent === undefined && resumed === undefined) return { encoder, handBack: () => undefined };
  const splice = resumed && open.resume && new Splice(resumed, open.resume.how);
  return {
    encoder: new HoldingEncoder({ encoder, sent, splice }),
    handBack: () => sent && handBack({ context, sent, encoder, last: undefined }),
  };
}
