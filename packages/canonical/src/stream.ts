import type { Citation, NamespacedName, OpaqueBlock, ReasoningBlock, TokenLogprob } from './content.js';
import type { DialectId, Extensions } from './dialect-id.js';
import type { GatewayErrorData } from './errors/gateway-error.js';
import type { Finish } from './response.js';
import type { ServerToolStep } from './server-tool.js';
import type { Usage } from './usage.js';

/** Where a block event belongs: `choice` from 0, and `index` of the block within the choice, from 0 in order of appearance. */
interface BlockPlace {
  readonly choice: number;
  readonly index: number;
}

/** What is known when a block begins. Fields told with its end replace these. */
interface BlockStart extends BlockPlace {
  readonly extensions?: Extensions | undefined;
}

/** A piece of a text. It is empty only where it brings token probabilities that came without text of their own. */
interface TextPiece extends BlockPlace {
  readonly text: string;
  readonly logprobs?: readonly TokenLogprob[] | undefined;
}

/**
 * One step of a streamed answer. The grammar: `start`, then blocks (each `-start`, deltas, `-end`; blocks of one choice
 * may interleave), one `finish` per choice, `usage` whenever the provider tells it (a later one replaces an earlier),
 * and `end` last, always. `end` without an `error` before it means the dialect's own terminal proof was seen.
 */
export type StreamEvent =
  | {
      readonly type: 'start';
      readonly id: string;
      readonly model: string;
      readonly createdAt?: number | undefined;
      readonly extensions?: Extensions | undefined;
    }
  | ({ readonly type: 'text-start' } & BlockStart)
  | ({ readonly type: 'text-delta' } & TextPiece)
  | ({
      readonly type: 'text-end';
      readonly citations?: readonly Citation[] | undefined;
      readonly extensions?: Extensions | undefined;
    } & BlockPlace)
  | ({
      readonly type: 'reasoning-start';
      readonly provenance: DialectId;
      readonly form?: ReasoningBlock['form'];
    } & BlockStart)
  | ({ readonly type: 'reasoning-delta'; readonly text: string } & BlockPlace)
  | ({
      readonly type: 'reasoning-end';
      readonly signature?: string | undefined;
      readonly extensions?: Extensions | undefined;
    } & BlockPlace)
  | ({
      readonly type: 'redacted-reasoning';
      readonly data: string;
      readonly provenance: DialectId;
      readonly extensions?: Extensions | undefined;
    } & BlockPlace)
  | ({ readonly type: 'refusal-start' } & BlockStart)
  | ({ readonly type: 'refusal-delta' } & TextPiece)
  | ({ readonly type: 'refusal-end'; readonly extensions?: Extensions | undefined } & BlockPlace)
  | ({
      readonly type: 'tool-call-start';
      readonly id: string;
      readonly name: string;
      readonly freeform?: boolean | undefined;
      readonly namespaced?: NamespacedName | undefined;
    } & BlockStart)
  | ({ readonly type: 'tool-call-delta'; readonly argumentsText: string } & BlockPlace)
  | ({ readonly type: 'tool-call-end'; readonly extensions?: Extensions | undefined } & BlockPlace)
  | ({ readonly type: 'opaque'; readonly block: OpaqueBlock } & BlockPlace)
  | {
      readonly type: 'finish';
      readonly choice: number;
      readonly finish: Finish;
      readonly steps?: readonly ServerToolStep[] | undefined;
      readonly extensions?: Extensions | undefined;
    }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'ping' }
  | { readonly type: 'error'; readonly error: GatewayErrorData }
  | { readonly type: 'end' };

/**
 * Whether an event is content a client would notice. Until the first such event nothing is sent to the client, so that
 * a failure can still go to the next candidate. An opened, still empty block is not content. Neither is a `finish` that
 * says no more than that the model stopped: an answer that has nothing else is most likely a fault, and `isMeant` tells.
 */
export function isContentEvent(event: StreamEvent): boolean {
  switch (event.type) {
    case 'text-delta':
    case 'reasoning-delta':
    case 'refusal-delta':
      return event.text !== '';
    case 'tool-call-start':
    case 'tool-call-delta':
    case 'redacted-reasoning':
    case 'opaque':
      return true;
    case 'finish':
      return event.finish.reason !== 'stop';
    default:
      return false;
  }
}

/** Whether an answer without any content is as the model meant it: it wrote something, if only the end. */
export function isMeant(usage: Pick<Usage, 'output'> | undefined): boolean {
  return usage !== undefined && usage.output > 0;
}
